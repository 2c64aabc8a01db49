"""Pairs of link ends, one maker per medium."""

import os
import socket
from collections.abc import Callable

import pytest

from links import memory
from links.base import Link
from links.registry import open_link
from links.tcp import TcpLink

MakePair = Callable[[], tuple[Link, Link]]


class DescriptorLink(Link):
    """The master's side of a pty: what a real cable's other end would be."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(f"fd://{descriptor}")
        self._descriptor = descriptor

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data) :]

    def _receive(self, max_wait_s: float) -> bytes:
        import select

        ready, _, _ = select.select([self._descriptor], [], [], max_wait_s)
        return os.read(self._descriptor, 65536) if ready else b""

    def _close(self) -> None:
        os.close(self._descriptor)


def tcp_pair() -> tuple[Link, Link]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = open_link(f"tcp://127.0.0.1:{listener.getsockname()[1]}?connect_timeout_s=10&framing=hdlc")
        connection, _ = listener.accept()
    return near, TcpLink(connection, "tcp://accepted")


def udp_pair() -> tuple[Link, Link]:
    """Two sockets that were told of each other; ports are picked by the system first."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = first.getsockname()[1], second.getsockname()[1]
    near, far = (
        open_link(f"udp://127.0.0.1:{there}?local_port={here}") for here, there in (ports, ports[::-1])
    )
    return near, far


def serial_pair() -> tuple[Link, Link]:
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    near = open_link(f"serial://{os.ttyname(slave)}?baud=19200")
    os.close(slave)
    return near, DescriptorLink(master)


PAIRS: dict[str, MakePair] = {
    "memory": memory.pair,
    "tcp": tcp_pair,
    "udp": udp_pair,
    "serial": serial_pair,
}


@pytest.fixture(params=PAIRS)
def medium(request: pytest.FixtureRequest) -> tuple[str, MakePair]:
    return request.param, PAIRS[request.param]
