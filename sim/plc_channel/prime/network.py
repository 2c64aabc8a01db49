"""Subnetwork as its modems share it: world, settings, medium, addresses and the base node's log."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from simpy import Environment

from protocols.plc.prime.control import Registration
from protocols.plc.prime.pdu import BROADCAST, Packet
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import Channel
from sim.plc_channel.prime.beacons import BeaconWatch, FrameClock
from sim.plc_channel.prime.interfaces import Phy
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.shared_medium import Links, Neighbours, SharedMedium

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem

# ---- What a base node would write down, in the names of a real one, and counters of the wire.


class LogEvent(StrEnum):
    """Names of the events of a real base node's log."""

    REGISTER = "REGISTER"
    UNREGISTER = "UNREGISTER"
    PROMOTE = "PROMOTE"
    DEMOTE = "DEMOTE"
    ALIVE = "ALIVE"
    REBOOT = "REBOOT"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line.

    Args:
        at_s: world seconds.
        what: the event.
        eui48: of the node it concerns.
        detail: in a few words.
    """

    at_s: float
    what: LogEvent
    eui48: bytes
    detail: str = ""


class NetworkLog:
    """Tells each event to whoever listens, and counts them; it keeps nothing itself.

    Args:
        env: the world's event loop.
    """

    __slots__ = ("_env", "counts", "listeners")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self.listeners: list[Callable[[LogEntry], None]] = []
        self.counts: Counter[str] = Counter()

    def write(self, what: LogEvent, eui48: bytes, detail: str = "") -> None:
        """Note an event."""
        self.counts[what] += 1
        if self.listeners:
            entry = LogEntry(float(self._env.now), what, eui48, detail)
            for listener in self.listeners:
                listener(entry)


# ---- What the modems of one network share: the world, the terms, the wire, who listens to which address.

#: Whom a frame is for:
#: ("switch", SID), ("node", SID, LNID), ("eui", EUI-48), ("under", SID) or ("near", index).
Address = tuple[str | int | bytes, ...]


class Directory:
    """Which modems at present take frames with an address.

    A modem decides from a frame's header whether it is for it; asking each of hundreds at each frame would
    tell the same in more time. The radio part, whether it hears the frame at all, is `SharedMedium`'s.
    """

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: dict[Address, dict[int, Modem]] = {}

    def join(self, address: Address, modem: "Modem") -> None:
        """From now on `modem` takes frames with this address."""
        self._listeners.setdefault(address, {})[modem.index] = modem

    def leave(self, address: Address, modem: "Modem") -> None:
        """No longer."""
        listeners = self._listeners.get(address)
        if listeners and listeners.pop(modem.index, None) and not listeners:
            del self._listeners[address]

    def listeners(self, address: Address) -> "Iterable[Modem]":
        """Who takes frames with this address, in the order of joining."""
        found = self._listeners.get(address)
        return tuple(found.values()) if found else ()


class Network:
    """One base node's world.

    Args:
        env: the world's event loop.
        streams: the world's random streams.
        channel: the wire.
        phy: the modem.
        terms: all parameters.
        name: distinguishes the streams of several networks.
    """

    def __init__(
        self,
        env: Environment,
        streams: RandomStreams,
        channel: Channel,
        phy: Phy,
        terms: PrimeSettings,
        name: str = "prime",
    ) -> None:
        self.env = env
        self.streams = streams
        self.terms = terms
        self.name = name
        self.clock = FrameClock(terms)
        self.links = Links(channel, phy, terms.scheme)
        self.directory = Directory()
        self.journal = NetworkLog(env)
        self.neighbours = Neighbours(self)
        self.air = SharedMedium(env, self.links, self.directory, self.neighbours, terms)
        self.watch = BeaconWatch(self)
        self.sna = bytes(6)
        self.modems: list[Modem] = []

    @property
    def now_s(self) -> float:
        """World seconds."""
        return float(self.env.now)

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do `act` in `delay_s`."""
        callbacks = self.env.timeout(max(0.0, delay_s)).callbacks
        if callbacks is not None:
            callbacks.append(lambda _: act())

    def enlist(self, modem: "Modem") -> int:
        """A number for a new modem."""
        self.modems.append(modem)
        return len(self.modems) - 1


# ---- Whom a frame is for, on its last hop.

_EUI48_OCTETS = 6


def final_address(packet: Packet) -> "Address":
    """The address under which the nodes of the last switch listen.

    A registration names its node by EUI-48: the node does not have its LNID yet.
    """
    if isinstance(packet.body, Registration):
        return ("eui", packet.body.eui48.to_bytes(_EUI48_OCTETS, "big"))
    if packet.lnid == BROADCAST:
        return ("under", packet.sid)
    return ("node", packet.sid, packet.lnid)
