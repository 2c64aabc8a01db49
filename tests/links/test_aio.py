"""The asyncio twins: the wall clock, the TCP link, and a deadline that somebody else fires."""

import asyncio
import socket

import pytest

from links.aio import AsyncStreamLink, open_async_link, register_async
from links.base import LinkOpenError, LinkUrlError
from links.clock import ManualDeadline, WallClock
from links.testing import check_async_link, check_clock
from links.url import LinkUrl


def test_the_wall_clock_keeps_the_contract():
    asyncio.run(check_clock(WallClock()))


def test_the_contract_catches_a_clock_that_never_wakes_in_order():
    class Hasty(WallClock):
        async def sleep(self, duration_s: float) -> None:
            await super().sleep(0)

    with pytest.raises(AssertionError, match="sleep must not end early"):
        asyncio.run(check_clock(Hasty()))


def test_the_tcp_twin_keeps_the_contract():
    async def run() -> None:
        accepted: asyncio.Future[AsyncStreamLink] = asyncio.get_running_loop().create_future()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted.set_result(AsyncStreamLink(reader, writer, WallClock(), "accepted"))

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            near = await open_async_link(f"tcp://127.0.0.1:{port}", WallClock())
            await check_async_link(near, await accepted)

    asyncio.run(run())


def test_a_scheme_without_a_twin_is_refused():
    with pytest.raises(LinkUrlError, match="serial has no asyncio link"):
        asyncio.run(open_async_link("serial:///dev/ttyS0", WallClock()))


def test_nobody_listening_is_told():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(LinkOpenError, match="cannot connect"):
            asyncio.run(open_async_link(url, WallClock()))


def test_a_manual_deadline_lets_the_block_end_in_peace():
    async def run() -> bool:
        limit = ManualDeadline()
        limit.fire()  # too early is harmless
        async with limit:
            finished = True
        limit.fire()  # and so is too late
        return finished

    assert asyncio.run(run())


def test_a_peer_that_sends_more_than_is_read_is_held_up_and_nothing_is_lost():
    size = 3_000_000

    async def run() -> None:
        ended = asyncio.Event()

        async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(bytes(size))
            await writer.drain()
            await reader.read()  # until the other end leaves
            writer.close()
            await writer.wait_closed()
            ended.set()

        server = await asyncio.start_server(flood, "127.0.0.1", 0)
        async with server:
            link = await open_async_link(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", WallClock())
            most = came = 0
            while came < size:
                data = await link.receive(10.0)
                assert data
                most, came = max(most, len(data)), came + len(data)
            await link.close()
            await ended.wait()
        assert came == size
        assert most < size

    asyncio.run(run())


def test_other_rooms_may_offer_schemes():
    async def open_fake(url: LinkUrl, clock: WallClock) -> AsyncStreamLink:
        raise LinkOpenError(f"{url.scheme} is not there today")

    register_async("fake-of-a-test", open_fake)
    with pytest.raises(LinkOpenError, match="not there today"):
        asyncio.run(open_async_link("fake-of-a-test://x", WallClock()))
