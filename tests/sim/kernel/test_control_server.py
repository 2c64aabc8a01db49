"""The control channel and the gateway through real sockets on loopback."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from simpy import Environment

from links.aio import AsyncLink, open_async_link
from links.base import LinkClosedError
from links.clock import WallClock
from links.server import serve_tcp
from protocols.field.errors import StationControlError
from protocols.field.station_control import StationControlClient
from sim.kernel.control import ControlServer, ControlSurface
from sim.kernel.ports import Port
from sim.kernel.served import Gateway, ServedWorld

SECRET = "only-the-bench-knows"


class Bench:
    """Addresses of what is served, and a client of the control channel."""

    def __init__(self, world: ServedWorld, device_url: str, control_url: str) -> None:
        self.world, self.device_url, self.control_url = world, device_url, control_url

    async def ask(self, op: str, args: dict | None = None, secret: str = SECRET) -> dict:
        client = StationControlClient(secret)
        link = await open_async_link(self.control_url, WallClock())
        try:
            await link.send(client.request(op, args))
            answers = []
            while not answers:
                answers = client.receive_data(await link.receive(30))
            return answers[0].unwrap()
        finally:
            await link.close()

    async def device(self) -> AsyncLink:
        return await open_async_link(self.device_url, WallClock())


def serve(env: Environment, port: Port, main: Callable[[Bench], Awaitable[None]]) -> None:
    surface = ControlSurface(env)

    def wait(args):
        yield env.timeout(args["seconds"])
        return {"device_time_s": env.now}

    def pause(paused: bool) -> Callable[[dict], None]:
        return lambda _: setattr(port, "paused", paused)

    surface.register("clock.wait", wait)
    surface.register("link.pause", pause(True))
    surface.register("link.resume", pause(False))
    surface.register("keypad.press", lambda args: {"display": ["x" * 70_000]})

    async def run() -> None:
        world = ServedWorld(env, speed=1000)
        owner = asyncio.ensure_future(world.run())
        devices = await serve_tcp("127.0.0.1", 0, Gateway(world, port).serve)
        control = await ControlServer(surface, world, SECRET).listen()
        try:
            await main(Bench(world, f"tcp://127.0.0.1:{devices.port}", f"tcp://127.0.0.1:{control.port}"))
        finally:
            await devices.close()
            await control.close()
            owner.cancel()
            await asyncio.gather(owner, return_exceptions=True)

    asyncio.run(run())


def test_several_clients_talk_to_one_device(env: Environment, port: Port):
    async def main(bench: Bench) -> None:
        links = [await bench.device() for _ in range(3)]
        for number, link in enumerate(links):
            await link.send(f"client {number}\n".encode())
        for number, link in enumerate(links):
            assert await link.receive(30) == f"CLIENT {number}\n".encode()
            await link.close()

    serve(env, port, main)


def test_a_client_killed_in_the_middle_of_a_frame_frees_its_session(
    env: Environment, port: Port, seen: list[str]
):
    async def main(bench: Bench) -> None:
        link = await bench.device()
        await link.send(b"half a li")
        await link.close()
        other = await bench.device()
        await other.send(b"whole\n")
        assert await other.receive(30) == b"WHOLE\n"
        assert port.attached_count == 1
        await other.close()

    serve(env, port, main)
    assert seen[:3] == ["attached", "closed mid-line", "attached"]


def test_device_time_can_be_waited_for_while_another_client_talks(env: Environment, port: Port):
    async def main(bench: Bench) -> None:
        link = await bench.device()
        waiting = asyncio.ensure_future(bench.ask("clock.wait", {"seconds": 30 * 86_400}))
        await link.send(b"still there\n")
        assert await link.receive(30) == b"STILL THERE\n"
        assert (await waiting)["device_time_s"] >= 30 * 86_400
        await link.close()

    def tick():
        while True:
            yield env.timeout(60)

    env.process(tick())
    serve(env, port, main)


def test_a_wrong_secret_is_refused_and_hung_up(env: Environment, port: Port):
    async def main(bench: Bench) -> None:
        with pytest.raises(StationControlError) as refused:
            await bench.ask("clock.wait", {"seconds": 1}, secret="guess")
        assert refused.value.code == "forbidden"
        link = await open_async_link(bench.control_url, WallClock())
        await link.send(StationControlClient("guess").request("link.pause") * 2)
        assert b"forbidden" in await link.receive(30)
        with pytest.raises(LinkClosedError):
            await link.receive(30)
        assert not port.paused
        await link.close()

    serve(env, port, main)


def test_a_refused_operation_and_an_answer_too_long_leave_the_channel_open(env: Environment, port: Port):
    async def main(bench: Bench) -> None:
        client = StationControlClient(SECRET)
        link = await open_async_link(bench.control_url, WallClock())
        for op, args, code in (
            ("supply.off", {}, "unknown-op"),
            ("keypad.press", {"key": "1"}, "failed"),
            ("clock.wait", {"seconds": 1}, None),
        ):
            await link.send(client.request(op, args))
            (answer,) = client.receive_data(await link.receive(30))
            assert answer.code == code
        await link.close()

    serve(env, port, main)


def test_a_paused_device_falls_silent_and_comes_back(env: Environment, port: Port):
    async def main(bench: Bench) -> None:
        link = await bench.device()
        await bench.ask("link.pause")
        await link.send(b"hello?\n")
        await bench.ask("clock.wait", {"seconds": 60})
        assert await link.receive(0) == b""
        await bench.ask("link.resume")
        await link.send(b"hello!\n")
        assert await link.receive(30) == b"HELLO!\n"
        await link.close()

    serve(env, port, main)
