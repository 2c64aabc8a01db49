"""``udp://HOST:PORT``: datagrams, each `send` one and each `receive` one."""

import asyncio
import errno
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from links.base import Link, LinkClosedError, LinkOpenError
from links.tcp import reason
from links.url import LinkUrl

_DATAGRAM_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class UdpOptions:
    """Options of ``udp://``: the port to send from (0: any), and the framing, as for ``tcp://``."""

    local_port: int = 0
    framing: Literal["wrapper", "hdlc"] = "wrapper"

    def __post_init__(self) -> None:
        if not 0 <= self.local_port <= 65_535:
            raise ValueError("local_port must be from 0 to 65535")


class UdpLink(Link):
    """A UDP socket that speaks to one peer only.

    Args:
        connection: the socket, connected; the link owns it from now on.
        description: what a person should read in a message.
    """

    DATAGRAMS = True

    def __init__(self, connection: socket.socket, description: str) -> None:
        super().__init__(description)
        self._socket = connection

    def _send(self, data: bytes) -> None:
        try:
            self._socket.settimeout(None)
            self._socket.send(data)
        except OSError as error:
            raise LinkClosedError(f"cannot send to {self.description}: {reason(error)}") from error

    def _receive(self, max_wait_s: float) -> bytes:
        try:
            self._socket.settimeout(max_wait_s)
            return self._socket.recv(_DATAGRAM_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            # The peer's host says that nobody listens there (ICMP).
            raise LinkClosedError(f"{self.description} broke: {reason(error)}") from error

    def _close(self) -> None:
        self._socket.close()


def open_udp(url: LinkUrl) -> Link:
    """A socket towards that address; whether anybody listens there shows only later.

    Raises:
        LinkUrlError: host, port or an option is wrong.
        LinkOpenError: the host has no address, or the local port is taken.
    """
    options, (host, port) = url.options(UdpOptions), url.address()
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        connection = socket.socket(family, kind, protocol)
    except OSError as error:
        raise LinkOpenError(f"cannot open {url.text}: {reason(error)}") from error
    try:
        if options.local_port:
            connection.bind(("", options.local_port))
        connection.connect(address)
    except OSError as error:
        connection.close()
        raise LinkOpenError(f"cannot open {url.text}: {reason(error)}") from error
    return UdpLink(connection, url.text)


# A datagram server for asyncio: each datagram is handed over with the address that it came from.

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
