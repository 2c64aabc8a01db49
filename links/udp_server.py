"""A datagram server for asyncio: each datagram is handed over with the address that it came from."""

import asyncio
import errno
from collections.abc import Callable

from links.errors import LinkOpenError
from links.tcp import reason

OnDatagram = Callable[[bytes, str], None]


class UdpServer(asyncio.DatagramProtocol):
    """A bound socket that only receives; made by `serve_udp`."""

    def __init__(self, on_datagram: OnDatagram) -> None:
        self._on_datagram = on_datagram
        self._transport: asyncio.DatagramTransport | None = None
        self.port = 0

    async def listen(self, host: str, port: int) -> None:
        """Begin to receive; `port` 0 takes a free one.

        Raises:
            LinkOpenError: the port is taken, or the address is not ours.
        """
        loop = asyncio.get_running_loop()
        try:
            self._transport, _ = await loop.create_datagram_endpoint(lambda: self, (host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = "is already in use" if taken else f"cannot be opened: {reason(error)}"
            raise LinkOpenError(f"UDP port {port} of {host} {what}") from error
        self.port = self._transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a datagram over."""
        self._on_datagram(data, f"{addr[0]}:{addr[1]}")

    async def close(self) -> None:
        """Stop receiving."""
        if self._transport is not None:
            self._transport.close()


async def serve_udp(host: str, port: int, on_datagram: OnDatagram) -> UdpServer:
    """Receive on `host`:`port` (0: a free one).

    Raises:
        LinkOpenError: the port cannot be had.
    """
    server = UdpServer(on_datagram)
    await server.listen(host, port)
    return server
