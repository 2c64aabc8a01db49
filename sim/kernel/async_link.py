"""A link of asyncio into a world in virtual time; `sim.kernel.stepping.SimLink` is its blocking twin."""

import asyncio

from links.aio import AsyncLink
from links.clock import Clock
from sim.kernel.ports import Port
from sim.kernel.stepping import INBOX_BYTES_MAX


class SimAsyncLink(AsyncLink):
    """A link to a device's port in a world that `sim.kernel.aio.run_in_virtual_time` moves.

    Args:
        clock: of the world.
        port: the device's port.
        description: what a person should read in a message.
    """

    def __init__(self, clock: Clock, port: Port, description: str) -> None:
        super().__init__(clock, description)
        self._inbox = bytearray()
        self._came = asyncio.Event()
        self._attachment = port.attach(self._arrive)

    def _arrive(self, data: bytes) -> None:
        if len(self._inbox) + len(data) <= INBOX_BYTES_MAX:
            self._inbox += data
            self._came.set()

    async def _send(self, data: bytes) -> None:
        self._attachment.send(data)

    async def _receive(self) -> bytes:
        await self._came.wait()
        self._came.clear()
        data = bytes(self._inbox)
        self._inbox.clear()
        return data

    async def _close(self) -> None:
        self._attachment.detach()
