"""Byte-pipe servers for asyncio, over TCP: each client is handed to a handler as a `Connection`.

Buffers are bounded: a client that does not read what it is sent is dropped.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Protocol

from links.errors import LinkOpenError
from links.tcp import reason

_CHUNK_BYTES = 65_536
#: What may wait for a client that does not read, before the client is dropped.
UNSENT_BYTES_MAX = 1 << 20


class Connection(Protocol):
    """One client of a server."""

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the client is gone."""

    def send(self, data: bytes) -> None:
        """Queue `data`; never blocks, and does nothing for a client that is gone."""

    def close(self) -> None:
        """Send what is queued and hang up; closing twice is fine."""


OnConnect = Callable[[Connection], Awaitable[None]]


class TcpConnection:
    """A client over TCP."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        with contextlib.suppress(OSError):  # the client may be gone already; `receive` will tell
            # A client that vanished without a word is found out in the end, and its session freed.
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    async def receive(self) -> bytes:
        """The next bytes; ``b""`` once the client is gone, however rudely."""
        try:
            return await self._reader.read(_CHUNK_BYTES)
        except OSError:
            return b""

    def send(self, data: bytes) -> None:
        """Queue `data`; a client that let `UNSENT_BYTES_MAX` pile up is dropped."""
        if self._writer.is_closing():
            return
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX:
            self._writer.transport.abort()

    def close(self) -> None:
        """Send what is queued and hang up."""
        self._writer.close()

    def abort(self) -> None:
        """Hang up at once; what is queued is lost."""
        self._writer.transport.abort()

    async def wait_closed(self) -> None:
        """Return when the socket is closed."""
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


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
            self._server = await asyncio.start_server(self._accept, host, port)
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

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(TcpConnection(reader, writer)))
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
