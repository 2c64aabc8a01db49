"""A byte-pipe server on a pseudo-terminal: a serial line without iron, for clients that want a device."""

import errno
import os
import tty

from links.errors import LinkOpenError
from links.serial_server import SerialConnection, SerialServer, serve_port
from links.server import OnConnect


class PtyPort:
    """Our end of a pseudo-terminal, as `SerialConnection` wants it.

    Raises:
        LinkOpenError: the system has no pseudo-terminal left.
    """

    def __init__(self) -> None:
        try:
            self._master, self._slave = os.openpty()
        except OSError as error:
            raise LinkOpenError(f"no pseudo-terminal can be had: {error.strerror}") from error
        # The other end stays open here, too: a client that hangs up does not end the line.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._master

    def read(self, size: int) -> bytes:
        """What came, at most `size` bytes; never waits."""
        try:
            return os.read(self._master, size)
        except BlockingIOError:
            return b""

    def write(self, data: bytes) -> int:
        """Write what the line takes now; how many bytes that was."""
        try:
            return os.write(self._master, data)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return 0
            raise

    def set_speed(self, baud: int) -> None:
        """Nothing: a pseudo-terminal carries everything at once, and its settings are the client's."""

    def close(self) -> None:
        """Let the line go."""
        os.close(self._master)
        os.close(self._slave)


class PtyServer:
    """A pseudo-terminal that is served; made by `serve_pty`.

    Attributes:
        url: what a client opens.
    """

    def __init__(self, url: str, server: SerialServer) -> None:
        self.url = url
        self._server = server

    async def close(self) -> None:
        """Let the line go and wait until the handler ended."""
        await self._server.close()


async def serve_pty(on_connect: OnConnect) -> PtyServer:
    """Make a pseudo-terminal and run `on_connect` once, for whoever opens its other end.

    Raises:
        LinkOpenError: the system has no pseudo-terminal left.
    """
    port = PtyPort()
    return PtyServer(f"serial://{port.device}", serve_port(SerialConnection(port), on_connect))
