"""A byte-pipe server on a serial line: one `Connection`, for whoever speaks at the other end."""

import asyncio
import contextlib

import serial

from links.errors import LinkUrlError
from links.serial_port import open_port
from links.server import UNSENT_BYTES_MAX, OnConnect
from links.url import LinkUrl

_CHUNK_BYTES = 4096
_UNREAD_CHUNKS_MAX = 256


class SerialConnection:
    """The one client of a serial line: whoever is at the other end, there or not."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._received: asyncio.Queue[bytes] = asyncio.Queue(_UNREAD_CHUNKS_MAX)
        self._unsent = bytearray()
        self._open = True
        port.timeout = port.write_timeout = 0
        self._loop.add_reader(port.fileno(), self._readable)

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the device is gone."""
        return await self._received.get() if self._open or not self._received.empty() else b""

    def send(self, data: bytes) -> None:
        """Queue `data`; what a full line cannot take is lost, as on a real one."""
        if not self._open or len(self._unsent) + len(data) > UNSENT_BYTES_MAX:
            return
        self._unsent += data
        # Only ever write when the loop says that there is room: pyserial would spin on a full line.
        self._loop.add_writer(self._port.fileno(), self._writable)

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
    connection = SerialConnection(open_port(parsed))

    async def handle() -> None:
        try:
            await on_connect(connection)
        finally:
            connection.close()

    return SerialServer(connection, asyncio.ensure_future(handle()))
