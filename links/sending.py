"""Octets sent once to a place in a network, for asyncio: by a connection of their own, or by a datagram."""

import asyncio
import contextlib

from links.clock import Clock
from links.errors import LinkOpenError
from links.tcp import reason


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
