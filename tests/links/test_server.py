"""The byte-pipe servers, through real sockets and a pty."""

import asyncio
import os
import socket
import tty

import pytest

from links import server as link_server
from links.aio import open_async_link
from links.base import LinkClosedError, LinkOpenError
from links.clock import WallClock
from links.serial_line import serve_serial
from links.server import Connection, serve_tcp


async def _shout(connection: Connection) -> None:
    while data := await connection.receive():
        connection.send(data.upper())


def test_clients_are_served_side_by_side_and_hung_up_at_the_end():
    async def run() -> None:
        server = await serve_tcp("127.0.0.1", 0, _shout)
        url = f"tcp://127.0.0.1:{server.port}"
        first, second = await open_async_link(url, WallClock()), await open_async_link(url, WallClock())
        await first.send(b"one")
        await second.send(b"two")
        assert await second.receive(10) == b"TWO"
        assert await first.receive(10) == b"ONE"
        await first.close()
        await server.close()
        with pytest.raises(LinkClosedError):
            await second.receive(10)
        await second.close()

    asyncio.run(run())


def test_a_taken_port_is_one_sentence():
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            with pytest.raises(LinkOpenError, match=f"^port {port} of 127.0.0.1 is already in use$"):
                await serve_tcp("127.0.0.1", port, _shout)

    asyncio.run(run())


def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(link_server, "UNSENT_BYTES_MAX", 4096)

    async def run() -> None:
        dropped = asyncio.Event()

        async def flood(connection: Connection) -> None:
            for _ in range(2000):
                connection.send(bytes(65536))
            assert await connection.receive() == b""
            dropped.set()

        server = await serve_tcp("127.0.0.1", 0, flood)
        link = await open_async_link(f"tcp://127.0.0.1:{server.port}", WallClock())
        await dropped.wait()
        await link.close()
        await server.close()

    asyncio.run(run())


def test_a_serial_line_is_served_until_it_goes_away():
    async def run() -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        gone = asyncio.Event()

        async def handler(connection: Connection) -> None:
            await _shout(connection)
            gone.set()

        server = await serve_serial(f"serial://{os.ttyname(slave)}", handler)
        os.close(slave)
        os.write(master, b"meter")
        loop = asyncio.get_running_loop()
        answered = asyncio.Event()
        loop.add_reader(master, answered.set)
        await answered.wait()
        loop.remove_reader(master)
        assert os.read(master, 100) == b"METER"
        os.close(master)
        await gone.wait()
        await server.close()

    asyncio.run(run())


def test_a_served_line_can_be_let_go():
    async def run() -> None:
        master, slave = os.openpty()
        server = await serve_serial(f"serial://{os.ttyname(slave)}?baud=19200", _shout)
        await server.close()
        os.close(master)
        os.close(slave)
        with pytest.raises(LinkOpenError, match="cannot open"):
            await serve_serial("serial:///dev/there-is-no-such-line", _shout)

    asyncio.run(run())
