"""Octets sent once: by a connection, by a datagram; and places where nobody is."""

import asyncio
import socket

import pytest

from links.aio import send_by_tcp, send_by_udp
from links.base import LinkOpenError
from links.clock import WallClock
from links.server import Connection, serve_tcp
from links.udp import serve_udp

HOST = "127.0.0.1"


def test_a_connection_carries_all_of_it_and_ends():
    async def main() -> bytes:
        came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        async def hear(connection: Connection) -> None:
            whole = b""
            while data := await connection.receive():
                whole += data
            came.set_result(whole)

        server = await serve_tcp(HOST, 0, hear)
        try:
            await send_by_tcp(HOST, server.port, b"x" * 100_000, WallClock(), within_s=30)
            return await came
        finally:
            await server.close()

    assert asyncio.run(main()) == b"x" * 100_000


def test_a_datagram_arrives_whole():
    async def main() -> bytes:
        came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        server = await serve_udp(HOST, 0, lambda data, _address: came.set_result(data))
        try:
            await send_by_udp(HOST, server.port, b"octets")
            return await came
        finally:
            await server.close()

    assert asyncio.run(main()) == b"octets"


def test_where_nobody_listens_it_is_an_error():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    with pytest.raises(LinkOpenError, match=f"127.0.0.1:{port}"):
        asyncio.run(send_by_tcp(HOST, port, b"octets", WallClock(), within_s=30))
