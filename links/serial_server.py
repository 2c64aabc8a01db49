"""A byte-pipe server on a serial line: one `Connection`, for whoever speaks at the other end."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

import serial

from links.errors import LinkUrlError
from links.serial_port import open_port
from links.server import UNSENT_BYTES_MAX, OnBytes, OnConnect
from links.url import LinkUrl

_CHUNK_BYTES = 4096
_UNREAD_CHUNKS_MAX = 256


class RawPort(Protocol):
    """What a connection needs of a line: a port of pyserial's has it, and so has a pseudo-terminal."""

    def fileno(self) -> int:
        """The descriptor to wait on."""

    def read(self, size: int) -> bytes:
        """What came, at most `size` bytes; never waits."""

    def write(self, data: bytes) -> int | None:
        """Write what the line takes now; how many bytes that was."""

    def set_speed(self, baud: int) -> None:
        """Wait until what was written is on the line, then run at `baud`."""

    def close(self) -> None:
        """Let the line go."""


class RealPort:
    """pyserial's port, as `SerialConnection` wants it."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        port.timeout = port.write_timeout = 0
        self.fileno = port.fileno
        self.read: Callable[[int], bytes] = port.read
        self.write: Callable[[bytes], int | None] = port.write
        self.close: Callable[[], None] = port.close

    def set_speed(self, baud: int) -> None:
        """Wait until what was written is on the line, which takes as long as it does, then run at `baud`."""
        self._port.flush()
        self._port.baudrate = baud


class SerialConnection:
    """The one client of a serial line: whoever is at the other end, there or not."""

    def __init__(self, port: RawPort) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._received: asyncio.Queue[bytes] = asyncio.Queue(_UNREAD_CHUNKS_MAX)
        self._unsent = bytearray()
        self._open = True
        self._speed: int | None = None  # to be set once what is queued went out
        self._loop.add_reader(port.fileno(), self._readable)

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the device is gone."""
        return await self._received.get() if self._open or not self._received.empty() else b""

    async def deliver(self, on_bytes: OnBytes) -> None:
        """Hand bytes to `on_bytes` as they come, until the device is gone."""
        while data := await self.receive():
            on_bytes(data)

    def send(self, data: bytes) -> None:
        """Queue `data`; what a full line cannot take is lost, as on a real one."""
        if not self._open or len(self._unsent) + len(data) > UNSENT_BYTES_MAX:
            return
        self._unsent += data
        # Only ever write when the loop says that there is room: pyserial would spin on a full line.
        self._loop.add_writer(self._port.fileno(), self._writable)

    def set_speed(self, baud: int) -> None:
        """Let what is queued go out, then run at `baud`."""
        if not self._open:
            return
        self._speed = baud
        if not self._unsent:
            self._change_speed()

    def close(self) -> None:
        """Let the line go."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._port.fileno())
            self._loop.remove_writer(self._port.fileno())
            self._port.close()
            if self._received.empty():
                self._received.put_nowait(b"")

    def _readable(self) -> None:
        try:
            data = self._port.read(_CHUNK_BYTES)
        except (serial.SerialException, OSError):
            self.close()
            return
        if data and not self._received.full():  # an overrun loses bytes, as on a real line
            self._received.put_nowait(data)

    def _writable(self) -> None:
        try:
            sent = self._port.write(bytes(self._unsent[:_CHUNK_BYTES]))
        except (serial.SerialException, OSError):
            self.close()
            return
        del self._unsent[: sent or 0]
        if not self._unsent:
            self._loop.remove_writer(self._port.fileno())
            self._change_speed()

    def _change_speed(self) -> None:
        speed, self._speed = self._speed, None
        if speed is None:
            return
        try:
            self._port.set_speed(speed)
        except (serial.SerialException, OSError, ValueError):
            self.close()  # a line at a wrong speed says nothing that anybody could read


class SerialServer:
    """A serial line that is served; made by `serve_serial`."""

    def __init__(self, connection: SerialConnection, handler: asyncio.Task[None]) -> None:
        self._connection = connection
        self._handler = handler

    async def close(self) -> None:
        """Let the line go and wait until the handler ended."""
        self._handler.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._handler


async def serve_serial(url: str, on_connect: OnConnect) -> SerialServer:
    """Open the ``serial://`` URL and run `on_connect` once, for whoever speaks there.

    Raises:
        LinkUrlError: the URL is wrong.
        LinkOpenError: the port cannot be opened.
    """
    parsed = LinkUrl.parse(url)
    if parsed.scheme != "serial":
        raise LinkUrlError(f"{url} is not a serial line; write for example serial:///dev/ttyUSB0?baud=9600")
    return serve_port(SerialConnection(RealPort(open_port(parsed))), on_connect)


def serve_port(connection: SerialConnection, on_connect: OnConnect) -> SerialServer:
    """Run `on_connect` once, for whoever speaks at the other end of an open line."""

    async def handle() -> None:
        try:
            await on_connect(connection)
        finally:
            connection.close()

    return SerialServer(connection, asyncio.ensure_future(handle()))
