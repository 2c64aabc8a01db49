"""The asyncio twin of `links.base`: a `Clock` for everything that waits, and links that can be awaited."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import cast

from links.base import LinkClosedError, LinkOpenError, LinkUrlError
from links.clock import Clock, WallClock
from links.tcp import TcpOptions, reason
from links.url import LinkUrl

_CHUNK_BYTES = 65_536
#: What may wait for its reader before the peer is held up.
_INBOX_BYTES_MAX = 262_144


class AsyncLink(ABC):
    """A pipe of bytes to a device, for asyncio; the same promises as `links.base.Link`.

    Args:
        clock: whose time `receive` waits in.
        description: what a person should read in a message.
    """

    def __init__(self, clock: Clock, description: str) -> None:
        self.clock = clock
        self.description = description
        self._closed = False

    async def send(self, data: bytes) -> None:
        """Hand `data` to the medium.

        Raises:
            LinkClosedError: the link is closed or the peer is gone.
        """
        self._check_open()
        if data:
            await self._send(bytes(data))

    async def receive(self, max_wait_s: float) -> bytes:
        """Octets that came; ``b""`` when nothing did in `max_wait_s`.

        Raises:
            LinkClosedError: the link is closed, or the peer is gone and all was received.
        """
        self._check_open()
        try:
            async with self.clock.deadline(max_wait_s):
                return await self._receive()
        except TimeoutError:
            return b""

    async def close(self) -> None:
        """Free what the link holds; closing twice is fine."""
        if not self._closed:
            self._closed = True
            await self._close()

    def now_s(self) -> float:
        """The clock's seconds."""
        return self.clock.now_s()

    def _check_open(self) -> None:
        if self._closed:
            raise LinkClosedError(f"the link {self.description} is closed")

    @abstractmethod
    async def _send(self, data: bytes) -> None:
        """Send all of `data`, which is never empty."""

    @abstractmethod
    async def _receive(self) -> bytes:
        """Wait for bytes, however long; cancelling must lose none."""

    @abstractmethod
    async def _close(self) -> None:
        """Free the resources; called once."""


class AsyncStreamLink(AsyncLink):
    """A link over asyncio's streams."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock, description: str
    ) -> None:
        super().__init__(clock, description)
        self._reader = reader
        self._writer = writer

    async def _send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise LinkClosedError(f"cannot send to {self.description}: {reason(error)}") from error

    async def _receive(self) -> bytes:
        try:
            data = await self._reader.read(_CHUNK_BYTES)
        except OSError as error:
            raise LinkClosedError(f"{self.description} broke: {reason(error)}") from error
        if not data:
            raise LinkClosedError(f"{self.description} was closed by the peer")
        return data

    async def _close(self) -> None:
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return  # it broke before; it is closed all the same


class AsyncTcpLink(AsyncLink, asyncio.Protocol):
    """A TCP connection without streams between: a collector opens hundreds of them a second."""

    def __init__(self, clock: Clock, description: str) -> None:
        super().__init__(clock, description)
        self._inbox = bytearray()
        self._waiter: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._gone: str | None = None
        self._held = False

    # ------------------------------------------------------------ what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came; a peer that sends more than anybody reads is held up."""
        self._inbox += data
        if len(self._inbox) > _INBOX_BYTES_MAX and not self._held:
            self._held = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        broke = f"{self.description} broke: {reason(exc)}" if isinstance(exc, OSError) else ""
        self._gone = broke or f"{self.description} was closed by the peer"
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        """The peer does not read."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """The peer reads again."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # ------------------------------------------------------------ the link

    async def _send(self, data: bytes) -> None:
        if self._gone is not None:
            raise LinkClosedError(f"cannot send to {self.description}: {self._gone}")
        self._transport.write(data)
        if self._room is not None:
            await asyncio.shield(self._room)

    async def _receive(self) -> bytes:
        while not self._inbox:
            if self._gone is not None:
                raise LinkClosedError(self._gone)
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = bytes(self._inbox)
        self._inbox.clear()
        if self._held and self._gone is None:
            self._held = False
            self._transport.resume_reading()
        return data

    async def _close(self) -> None:
        self._transport.close()


@lru_cache(maxsize=4096)
def _parsed(text: str) -> LinkUrl:
    return LinkUrl.parse(text)


@lru_cache(maxsize=4096)
def _place(text: str) -> tuple[TcpOptions, str, int]:
    url = _parsed(text)
    return url.options(TcpOptions), *url.address()


async def _open_tcp(url: LinkUrl, clock: Clock) -> AsyncLink:
    options, host, port = _place(url.text)
    loop = asyncio.get_running_loop()
    try:
        async with WallClock().deadline(options.connect_timeout_s):
            _, link = await loop.create_connection(lambda: AsyncTcpLink(clock, url.text), host, port)
    except OSError as error:  # TimeoutError is one
        raise LinkOpenError(f"cannot connect to {url.text}: {reason(error)}") from error
    return link


#: Scheme -> what opens a link that can be awaited.
AsyncOpener = Callable[[LinkUrl, Clock], Awaitable[AsyncLink]]
_OPENERS: dict[str, AsyncOpener] = {"tcp": _open_tcp}


def register_async(scheme: str, opener: AsyncOpener) -> None:
    """Let `open_async_link` open URLs of `scheme`, as `links.register` does for blocking links."""
    _OPENERS[scheme] = opener


async def open_async_link(url: str, clock: Clock) -> AsyncLink:
    """The asyncio link that `url` names.

    Raises:
        LinkUrlError: the URL is wrong, or its scheme has no asyncio twin.
        LinkOpenError: nobody answers there.
    """
    parsed = _parsed(url)
    opener = _OPENERS.get(parsed.scheme)
    if opener is None:
        raise LinkUrlError(f"{parsed.scheme} has no asyncio link; known: {', '.join(sorted(_OPENERS))}")
    return await opener(parsed, clock)


# Octets sent once to a place in a network, for asyncio: by a connection of their own, or by a datagram.


async def send_by_tcp(host: str, port: int, data: bytes, clock: Clock, *, within_s: float) -> None:
    """Connect, send, and hang up.

    Args:
        host: name or address.
        port: 1 to 65535.
        data: what is sent.
        clock: whose time `within_s` is.
        within_s: the longest that all of it may take.

    Raises:
        LinkOpenError: nobody answers there, or not in time.
    """
    try:
        async with clock.deadline(within_s):
            _, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(data)
                await writer.drain()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError as error:
        raise LinkOpenError(f"{host}:{port} does not answer") from error
    except OSError as error:
        raise LinkOpenError(f"cannot send to {host}:{port}: {reason(error)}") from error


async def send_by_udp(host: str, port: int, data: bytes) -> None:
    """Send one datagram; nobody learns whether it arrived.

    Raises:
        LinkOpenError: the place cannot be named.
    """
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, port))
    except OSError as error:
        raise LinkOpenError(f"cannot send to {host}:{port}: {reason(error)}") from error
    transport.sendto(data)
    transport.close()
