"""Byte-pipe servers for asyncio, over TCP: each client is handed to a handler as a `Connection`.

Buffers are bounded: a client that does not read what it is sent is dropped.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol, cast, runtime_checkable

from links.base import LinkOpenError
from links.tcp import reason

#: What may wait for a handler that does not take it, before its client is made to wait.
UNREAD_BYTES_MAX = 65_536
#: What may wait for a client that does not read, before the client is dropped.
UNSENT_BYTES_MAX = 1 << 20
#: What one look at a socket takes from it.
_CHUNK_BYTES = 65_536


OnBytes = Callable[[bytes], None]


class Connection(Protocol):
    """One client of a server."""

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the client is gone."""

    async def deliver(self, on_bytes: OnBytes) -> None:
        """Hand bytes to `on_bytes` the moment they come, in the event loop, until the client is gone."""

    def send(self, data: bytes) -> None:
        """Queue `data`; never blocks, and does nothing for a client that is gone."""

    def close(self) -> None:
        """Send what is queued and hang up; closing twice is fine."""


@runtime_checkable
class LineConnection(Protocol):
    """A connection by a line that has a speed."""

    def set_speed(self, baud: int) -> None:
        """Let what is queued go out, then run at `baud`."""


@runtime_checkable
class NetworkConnection(Protocol):
    """A connection over a network."""

    @property
    def peer(self) -> str:
        """The client's address, without its port; empty where the operating system does not tell."""


OnConnect = Callable[[Connection], Awaitable[None]]


class TcpConnection(asyncio.BufferedProtocol):
    """A client over TCP; `on_made` is told when it is there.

    Every connection of a process reads into one chunk, whose content is handed on before the loop reads
    again: asyncio's own protocol takes 256 KiB from the operating system for each read, which costs more
    than a meter's answer.
    """

    _chunk = memoryview(bytearray(_CHUNK_BYTES))

    def __init__(self, on_made: "Callable[[TcpConnection], None]") -> None:
        self._on_made = on_made
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._on_bytes: OnBytes | None = None
        self._came = asyncio.Event()
        self._lost = asyncio.Event()
        self._ended = False

    # ------------------------------------------------------------ what the loop says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=UNSENT_BYTES_MAX)
        with contextlib.suppress(OSError):  # the client may be gone already; `receive` will tell
            # A client that vanished without a word is found out in the end, and its session freed.
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._on_made(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the loop puts what comes next."""
        return self._chunk

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes came: to whoever takes them at once, or into a buffer; a full one makes the client wait."""
        data = self._chunk[:nbytes].tobytes()
        if self._on_bytes is not None:
            self._on_bytes(data)
            return
        self._received += data
        self._came.set()
        if len(self._received) >= UNREAD_BYTES_MAX and self._transport is not None:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The client let `UNSENT_BYTES_MAX` pile up: it is dropped."""
        self.abort()

    def eof_received(self) -> bool:
        """The client says no more; what it is still owed can be sent."""
        self._end()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone, however rudely."""
        self._end()
        self._lost.set()

    def _end(self) -> None:
        self._ended = True
        self._came.set()

    # ------------------------------------------------------------ what the handler does

    @property
    def peer(self) -> str:
        """The client's address, without its port; empty where the operating system does not tell."""
        name = None if self._transport is None else self._transport.get_extra_info("peername")
        return str(name[0]) if isinstance(name, tuple) else ""

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the client is gone, however rudely."""
        while not self._received and not self._ended:
            self._came.clear()
            await self._came.wait()
        data = bytes(self._received)
        self._received.clear()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        return data

    async def deliver(self, on_bytes: OnBytes) -> None:
        """Hand bytes to `on_bytes` the moment they come, until the client is gone."""
        if self._received:
            on_bytes(await self.receive())
        self._on_bytes = on_bytes
        try:
            while not self._ended:
                self._came.clear()
                await self._came.wait()
        finally:
            self._on_bytes = None

    def send(self, data: bytes) -> None:
        """Queue `data`; a client that let `UNSENT_BYTES_MAX` pile up is dropped."""
        transport = self._transport
        if transport is not None and not transport.is_closing():
            transport.write(data)

    def close(self) -> None:
        """Send what is queued and hang up."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Hang up at once; what is queued is lost."""
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Return when the socket is closed."""
        await self._lost.wait()


class TcpServer:
    """A listening socket; made by `serve_tcp`."""

    def __init__(self, on_connect: OnConnect) -> None:
        self._on_connect = on_connect
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self.port = 0

    async def listen(self, host: str, port: int) -> None:
        """Begin to accept clients; `port` 0 takes a free one.

        Raises:
            LinkOpenError: the port is taken, or the address is not ours.
        """
        try:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: TcpConnection(self._accept), host, port)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = "is already in use" if taken else f"cannot be opened: {reason(error)}"
            raise LinkOpenError(f"port {port} of {host} {what}") from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, hang up on every client, and wait until their handlers ended."""
        if self._server is not None:
            self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)

    def _accept(self, connection: TcpConnection) -> None:
        task = asyncio.ensure_future(self._serve(connection))
        self._clients.add(task)
        task.add_done_callback(self._clients.discard)

    async def _serve(self, connection: TcpConnection) -> None:
        try:
            await self._on_connect(connection)
            connection.close()
            await connection.wait_closed()
        finally:
            connection.abort()
            await connection.wait_closed()


async def serve_tcp(host: str, port: int, on_connect: OnConnect) -> TcpServer:
    """Listen on `host`:`port` (0: a free one) and run `on_connect` for each client, which is closed after it.

    Raises:
        LinkOpenError: the port cannot be had.
    """
    server = TcpServer(on_connect)
    await server.listen(host, port)
    return server
