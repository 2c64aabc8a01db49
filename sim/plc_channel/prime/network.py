"""Subnetwork as its modems share it: world, settings, medium, addresses and the base node's log."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from simpy import Environment

from protocols.plc.prime.control import Registration
from protocols.plc.prime.pdu import BROADCAST, Packet
from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.interface import Channel
from sim.plc_channel.prime.frames import FrameClock
from sim.plc_channel.prime.interfaces import Address, Phy
from sim.plc_channel.prime.settings import PrimeSettings
from sim.plc_channel.prime.shared_medium import Directory, Links, Neighbours, SharedMedium


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
    """Log of a base node, in the names of a real one: counts its events and passes them on; keeps none.

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
        self.log = NetworkLog(env)
        self.neighbours = Neighbours(self.links, self.directory, terms.join_snr_db)
        self.medium = SharedMedium(env, self.links, self.directory, self.neighbours, terms)
        self.sna = bytes(6)

    @property
    def now_s(self) -> float:
        """World seconds."""
        return float(self.env.now)

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """Do `act` in `delay_s`."""
        callbacks = self.env.timeout(max(0.0, delay_s)).callbacks
        if callbacks is not None:
            callbacks.append(lambda _: act())


_EUI48_OCTETS = 6


def final_address(packet: Packet) -> Address:
    """The address under which the nodes of the last switch listen.

    A registration names its node by EUI-48: the node does not have its LNID yet.
    """
    if isinstance(packet.body, Registration):
        return ("eui", packet.body.eui48.to_bytes(_EUI48_OCTETS, "big"))
    if packet.lnid == BROADCAST:
        return ("under", packet.sid)
    return ("node", packet.sid, packet.lnid)
