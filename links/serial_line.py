"""``serial:///dev/ttyUSB0?baud=9600&parity=N&bytesize=8&stopbits=1``: a serial line, by pyserial.

With ``mode=e`` the device wants the opening of IEC 62056-21 first: whoever speaks on the link sees `mode` and
calls ``protocols.dlms.mode_e.open_mode_e(link)``, which begins at 300 baud and changes the speed.
"""

import asyncio
import contextlib
import errno
import os
import tty
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import serial

from links.base import Link, LinkClosedError, LinkOpenError, LinkUrlError
from links.server import UNSENT_BYTES_MAX, OnBytes, OnConnect
from links.url import LinkUrl

#: Longest that a send may be held up by flow control.
_SEND_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class SerialOptions:
    """Options of ``serial://``: the line's parameters, and what the device speaks (hints).

    Args:
        baud: 50 to 4000000; with ``mode=e`` the opening runs at 300 whatever it says, and this is the fastest
            speed to be selected.
        parity: N, E, O, M or S.
        bytesize: data bits.
        stopbits: 1 or 2.
        framing: of the device.
        mode: ``e`` where the line is opened by IEC 62056-21, protocol mode E.
    """

    baud: int = 9600
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    bytesize: Literal[5, 6, 7, 8] = 8
    stopbits: Literal[1, 2] = 1
    framing: Literal["wrapper", "hdlc"] = "hdlc"
    mode: Literal["", "e"] = ""

    def __post_init__(self) -> None:
        if not 50 <= self.baud <= 4_000_000:
            raise ValueError("baud must be from 50 to 4000000")


class SerialLink(Link):
    """An open serial port.

    Args:
        port: pyserial's port, which the link owns from now on.
        description: what a person should read in a message.
        mode: ``e`` where the device wants the opening of IEC 62056-21.
    """

    def __init__(self, port: serial.Serial, description: str, mode: Literal["", "e"] = "") -> None:
        super().__init__(description)
        self.mode = mode
        #: baud that the URL asked for
        self.url_baud = int(port.baudrate)
        self._port = port

    def set_speed(self, baud: int) -> None:
        """Let what was sent go out, then run at `baud`; what was received before is kept.

        Raises:
            LinkClosedError: the link is closed, or the port does not take the speed.
        """
        self._check_open()
        try:
            self._port.flush()
            self._port.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise LinkClosedError(f"cannot set {self.description} to {baud} baud: {error}") from error

    def _send(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise LinkClosedError(f"cannot send to {self.description}: {error}") from error

    def _receive(self, max_wait_s: float) -> bytes:
        try:
            self._port.timeout = max_wait_s
            first = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except (serial.SerialException, OSError, TypeError) as error:
            # pyserial trips over its own closed descriptor with a TypeError.
            raise LinkClosedError(f"{self.description} broke: {error}") from error

    def _close(self) -> None:
        self._port.close()


def open_port(url: LinkUrl) -> serial.Serial:
    """The serial port that `url` names, open and exclusively ours.

    Raises:
        LinkUrlError: the device or an option is wrong.
        LinkOpenError: the port cannot be opened.
    """
    options = url.options(SerialOptions)
    device = url.host or url.path  # serial:///dev/ttyUSB0, or serial://COM3
    if not device.strip("/"):
        raise LinkUrlError(f"{url.text} needs a device, as in serial:///dev/ttyUSB0")
    try:
        return serial.Serial(
            device,
            baudrate=options.baud,
            parity=options.parity,
            bytesize=options.bytesize,
            stopbits=options.stopbits,
            timeout=0,
            write_timeout=_SEND_TIMEOUT_S,
            exclusive=True,
        )
    except (serial.SerialException, OSError, ValueError) as error:
        raise LinkOpenError(f"cannot open {url.text}: {error}") from error


def open_serial(url: LinkUrl) -> Link:
    """Open the port.

    Raises:
        LinkUrlError: the device or an option is wrong.
        LinkOpenError: the port cannot be opened.
    """
    return SerialLink(open_port(url), url.text, url.options(SerialOptions).mode)


# A byte-pipe server on a serial line: one `Connection`, for whoever speaks at the other end.

_CHUNK_BYTES = 4096
_UNREAD_CHUNKS_MAX = 256


class RawPort(Protocol):
    """Line that a connection needs: a port of pyserial's has it, and so has a pseudo-terminal."""

    def fileno(self) -> int:
        """The descriptor to wait on."""

    def read(self, size: int) -> bytes:
        """Octets that came, at most `size` bytes; never waits."""

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


# A byte-pipe server on a pseudo-terminal: a serial line without iron, for clients that want a device.


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
        """Octets that came, at most `size` bytes; never waits."""
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
