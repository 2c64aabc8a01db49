"""The awaited session over a real asyncio link: several meters at once, and a task that is cancelled."""

import asyncio

import pytest

from links.aio import AsyncLink, open_async_link
from links.clock import WallClock
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.wrapper import WrapperClient
from sim.meter import TEST_READER_PASSWORD
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.world import World

SERIAL = "0.0.96.1.0"
LOAD_PROFILE = "1.0.99.1.0"
HOURS = 3


def session(link: AsyncLink, sap: int) -> AsyncDlmsSession:
    client = ClientConnection(client_sap=2, server_sap=sap, authentication=Lls(TEST_READER_PASSWORD))
    return AsyncDlmsSession(link, WrapperClient(2, sap), client, response_timeout_s=30.0)


async def read_one(url: str, sap: int) -> tuple[str, int]:
    """Serial number, and rows of the load profile, of one meter over a connection of its own."""
    link = await open_async_link(url, WallClock())
    try:
        async with session(link, sap) as meter:
            serial = (await meter.get(1, SERIAL, 2)).value
            return str(serial), len((await meter.read_profile(LOAD_PROFILE)).rows)
    finally:
        await link.close()


async def interrupted(url: str) -> str:
    """What a session reads after a task that it served was cancelled in the middle."""
    link = await open_async_link(url, WallClock())
    try:
        async with session(link, 1) as meter:
            task = asyncio.ensure_future(meter.get(1, SERIAL, 2))
            await WallClock().sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return str((await meter.get(1, SERIAL, 2)).value)
    finally:
        await link.close()


def test_several_meters_are_read_at_once_and_a_cancelled_task_harms_nobody() -> None:
    world = World(seed=1, meters=3)
    world.run(HOURS * 3600)

    async def main() -> tuple[list[tuple[str, int]], str]:
        stop, reached = asyncio.Event(), asyncio.get_running_loop().create_future()

        def ready(endpoints: Endpoints) -> None:
            reached.set_result(endpoints.link)

        service = asyncio.ensure_future(
            serve_world(world, ServiceTerms("wrapper", "only-a-test"), ready, stop)
        )
        url = await reached
        try:
            found = await asyncio.gather(*(read_one(url, sap) for sap in (1, 2, 3)))
            return list(found), await interrupted(url)
        finally:
            stop.set()
            await service

    found, after = asyncio.run(main())
    assert [serial for serial, _ in found] == ["00000000", "00000001", "00000002"]
    assert all(rows >= 4 * HOURS for _, rows in found)
    assert after == "00000000"
