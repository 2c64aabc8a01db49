"""Destinations of pushes: those registered in a virtual world, and places on this machine where it is served.

A destination is text, ``host:port``, as a push setup holds it. A served meter dials places on this machine
only: what a client writes into a push setup must not make it speak to somebody else.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Iterable

from links.aio import send_by_tcp, send_by_udp
from links.base import LinkError
from links.clock import Clock, WallClock
from protocols.dlms.cosem.access import TransportService
from sim.kernel.served import ServedWorld
from sim.meter import Meter
from sim.meter.communication.ports import Dial
from sim.meter.communication.push import OnSent

#: How long a place may take to answer, s of the wall.
_PATIENCE_S = 5.0
_PORTS = range(1, 65_536)


class Destinations:
    """The network of a virtual world: who listens where.

    >>> heard: list[bytes] = []
    >>> network = Destinations({b"head-end:4059": heard.append})
    >>> network.dial(TransportService.TCP, b"head-end:4059", b"octets", lambda went: print(went))
    True
    >>> network.dial(TransportService.TCP, b"elsewhere:4059", b"octets", lambda went: print(went))
    False
    """

    __slots__ = ("_listening",)

    def __init__(self, listening: dict[bytes, Callable[[bytes], None]] | None = None) -> None:
        self._listening = dict(listening or {})

    def register(self, destination: bytes, hear: Callable[[bytes], None]) -> None:
        """`hear` is given what is sent to `destination` from now on."""
        self._listening[destination] = hear

    def dial(self, _transport: TransportService, destination: bytes, octets: bytes, told: OnSent) -> None:
        """Carry octets to whoever is registered there."""
        hear = self._listening.get(destination)
        if hear is not None:
            hear(octets)
        told(hear is not None)


class Loopback:
    """The network of a served world: TCP and UDP to this machine.

    Args:
        served: hears what became of each try.
        wall: the wall clock.
    """

    __slots__ = ("_sending", "_served", "_wall")

    def __init__(self, served: ServedWorld, wall: Clock | None = None) -> None:
        self._served = served
        self._wall = wall or WallClock()
        self._sending: set[asyncio.Task[None]] = set()

    def dial(self, transport: TransportService, destination: bytes, octets: bytes, told: OnSent) -> None:
        """Begin to send; `told` hears the end in the world's own time."""
        place = local_place(destination)
        if place is None:
            told(False)
            return
        task = asyncio.ensure_future(self._send(transport, place, octets, told))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def close(self) -> None:
        """Give up whatever is under way."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _send(
        self, transport: TransportService, place: tuple[str, int], octets: bytes, told: OnSent
    ) -> None:
        host, port = place
        try:
            if transport is TransportService.UDP:
                await send_by_udp(host, port, octets)
            else:
                await send_by_tcp(host, port, octets, self._wall, within_s=_PATIENCE_S)
            went = True
        except LinkError:
            went = False
        self._served.post(lambda: told(went))


def local_place(destination: bytes) -> tuple[str, int] | None:
    """Host and port of ``host:port`` on this machine; None for anything else.

    >>> local_place(b"127.0.0.1:4059"), local_place(b"[::1]:4059"), local_place(b"192.0.2.1:4059")
    (('127.0.0.1', 4059), ('::1', 4059), None)
    """
    try:
        host, _, port = destination.decode("ascii").rpartition(":")
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host.strip("[]"))
        number = int(port)
    except ValueError:
        return None
    return (str(address), number) if address.is_loopback and number in _PORTS else None


def let_dial(meters: Iterable[Meter], dial: Dial) -> None:
    """Give meters a network to push into."""
    for meter in meters:
        meter.push_transport.dial = dial
