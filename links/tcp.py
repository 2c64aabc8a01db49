"""``tcp://HOST:PORT?connect_timeout_s=5``: a stream; ``framing`` is a hint for who reads the URL after us."""

import socket
from dataclasses import dataclass
from typing import Literal

from links.base import Link, LinkClosedError, LinkOpenError
from links.url import LinkUrl

_CHUNK_BYTES = 65_536
#: Longest that a send may be held up by a peer that does not read.
_SEND_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class TcpOptions:
    """Options of ``tcp://``: seconds to connect, and the framing that the device speaks (a hint)."""

    connect_timeout_s: float = 5.0
    framing: Literal["wrapper", "hdlc"] = "wrapper"

    def __post_init__(self) -> None:
        if not 0 < self.connect_timeout_s <= 3600:
            raise ValueError("connect_timeout_s must be above 0 and at most 3600")


class TcpLink(Link):
    """A connected TCP socket.

    Args:
        connection: the socket, which the link owns from now on.
        description: what a person should read in a message.
    """

    def __init__(self, connection: socket.socket, description: str) -> None:
        super().__init__(description)
        self._socket = connection
        # Small frames are answered at once: never wait to fill a segment.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _send(self, data: bytes) -> None:
        try:
            self._socket.settimeout(_SEND_TIMEOUT_S)
            self._socket.sendall(data)
        except OSError as error:
            raise LinkClosedError(f"cannot send to {self.description}: {reason(error)}") from error

    def _receive(self, max_wait_s: float) -> bytes:
        try:
            self._socket.settimeout(max_wait_s)
            data = self._socket.recv(_CHUNK_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as error:
            raise LinkClosedError(f"{self.description} broke: {reason(error)}") from error
        if not data:
            raise LinkClosedError(f"{self.description} was closed by the peer")
        return data

    def _close(self) -> None:
        self._socket.close()


def reason(error: OSError) -> str:
    """Words of the system, without its number."""
    return error.strerror or str(error) or type(error).__name__


def open_tcp(url: LinkUrl) -> Link:
    """Connect.

    Raises:
        LinkUrlError: host, port or an option is wrong.
        LinkOpenError: nobody answers there.
    """
    options, address = url.options(TcpOptions), url.address()
    try:
        connection = socket.create_connection(address, timeout=options.connect_timeout_s)
    except OSError as error:
        raise LinkOpenError(f"cannot connect to {url.text}: {reason(error)}") from error
    return TcpLink(connection, url.text)
