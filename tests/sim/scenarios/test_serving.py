"""A served world through real sockets and a pty: several clients, a serial line, a clean stop."""

import asyncio
import os
import socket
import tty
from collections.abc import Awaitable, Callable

import pytest

from links.aio import AsyncLink, open_async_link
from links.base import LinkClosedError, LinkOpenError, LinkUrlError
from links.clock import WallClock
from links.server import Connection, serve_tcp
from protocols.dlms.cosem.access import TransportService
from protocols.dlms.xdlms.notification import DataNotification
from protocols.field.station_control import StationControlClient
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.world import World

SECRET = "only-the-bench-knows"


def serve(
    world: World, main: Callable[[Endpoints], Awaitable[None]], terms: ServiceTerms | None = None
) -> None:
    """Serve `world` while `main` runs."""

    async def run() -> None:
        stop = asyncio.Event()
        reached: asyncio.Future[Endpoints] = asyncio.get_running_loop().create_future()
        service = asyncio.ensure_future(
            serve_world(world, terms or ServiceTerms("wrapper", SECRET), reached.set_result, stop)
        )
        await asyncio.wait((service, reached), return_when=asyncio.FIRST_COMPLETED)
        if service.done():
            service.result()
        try:
            await main(reached.result())
        finally:
            stop.set()
            await service

    asyncio.run(run())


async def ask(link: AsyncLink, client: StationControlClient, op: str, **args: object) -> dict:
    await link.send(client.request(op, args))
    answers = []
    while not answers:
        answers = client.receive_data(await link.receive(30))
    return answers[0].unwrap()


def test_clients_side_by_side_and_one_dies_in_mid_frame(world: World, aarq: bytes):
    async def main(reached: Endpoints) -> None:
        dying, living = [await open_async_link(reached.link, WallClock()) for _ in range(2)]
        await dying.send(aarq[:11])
        await dying.close()
        await living.send(aarq)
        assert (await living.receive(30))[8] == 0x61
        await living.close()

    serve(world, main)
    assert world.port("meter").attached_count == 0


def test_the_bench_moves_the_world_ahead_and_stays_connected(world: World, aarq: bytes):
    async def main(reached: Endpoints) -> None:
        client = StationControlClient(SECRET)
        control, link = [await open_async_link(url, WallClock()) for url in (reached.control, reached.link)]
        after = await ask(control, client, "clock.wait", seconds=30 * 86_400)
        assert 30 * 86_400 <= after["device_time_s"] < 30 * 86_400 + 60
        assert await ask(control, client, "clock.speed", factor=50) == {"factor": 50}
        await link.send(aarq)
        assert (await link.receive(30))[8] == 0x61
        for one in (control, link):
            await one.close()

    serve(world, main)


def test_a_served_meter_dials_the_destination_of_its_push(world: World):
    name = bytes.fromhex("0000190900ff")

    async def main(reached: Endpoints) -> None:
        heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def hear(connection: Connection) -> None:
            heard.set_result(await connection.receive())

        head_end = await serve_tcp("127.0.0.1", 0, hear)
        destination = f"127.0.0.1:{head_end.port}".encode()
        world.meter.parts.push_setups.change(
            name, transport=TransportService.TCP, destination=destination, randomisation_s=0
        )
        client = StationControlClient(SECRET)
        control = await open_async_link(reached.control, WallClock())
        await ask(control, client, "magnet.apply")
        await ask(control, client, "clock.wait", seconds=2)
        octets = await heard
        assert octets[:2] == b"\x00\x01"
        assert octets[8] == DataNotification.tag
        await control.close()
        await head_end.close()

    serve(world, main)


def test_the_serial_line_leads_to_the_same_meter(world: World, snrm: bytes):
    master, slave = os.openpty()
    tty.setraw(slave)

    async def main(reached: Endpoints) -> None:
        os.write(master, snrm)
        answered = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, answered.set)
        await answered.wait()
        asyncio.get_running_loop().remove_reader(master)
        assert os.read(master, 1)[0] == 0x7E

    url = f"serial://{os.ttyname(slave)}?baud=9600"
    serve(world, main, ServiceTerms("wrapper", SECRET, serial_url=url))
    os.close(master)
    os.close(slave)


def test_a_port_in_use_and_a_bad_line_leave_nothing_open(world: World):
    async def never(_: Endpoints) -> None:
        pytest.fail("it was served")

    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(LinkOpenError, match=f"port {taken} of 127.0.0.1 is already in use"):
            serve(world, never, ServiceTerms("wrapper", SECRET, control_port=taken))
    with pytest.raises(LinkUrlError, match="unknown option"):
        serve(world, never, ServiceTerms("wrapper", SECRET, serial_url="serial:///dev/x?speed=1"))


def test_a_meter_that_breaks_ends_the_service(world: World):
    def broken():
        yield world.env.timeout(0.1)
        raise RuntimeError("a part of the meter broke")

    async def main(reached: Endpoints) -> None:
        link = await open_async_link(reached.control, WallClock())
        await link.send(StationControlClient(SECRET).request("clock.wait", {"seconds": 60}))
        with pytest.raises(LinkClosedError):
            await link.receive(30)
        await link.close()

    world.env.process(broken())
    with pytest.raises(RuntimeError, match="a part of the meter broke"):
        serve(world, main)


def test_the_secret_shows_in_no_repr():
    assert SECRET not in repr(ServiceTerms("hdlc", SECRET))
