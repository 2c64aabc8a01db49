"""What the modems of one network share: the world, the terms, the wire, who listens to which address."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from simpy import Environment

from sim.kernel.random import RandomStreams
from sim.plc_channel.channel.model import Channel
from sim.plc_channel.prime.air import Air
from sim.plc_channel.prime.frames import FrameClock
from sim.plc_channel.prime.journal import Journal
from sim.plc_channel.prime.links import Links
from sim.plc_channel.prime.neighbours import Neighbours
from sim.plc_channel.prime.seams import Phy
from sim.plc_channel.prime.terms import PrimeTerms
from sim.plc_channel.prime.watch import Watch

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem

#: Whom a frame is for:
#: ("switch", SID), ("node", SID, LNID), ("eui", EUI-48), ("under", SID) or ("near", index).
Address = tuple[str | int | bytes, ...]


class Directory:
    """Which modems at present take frames with an address.

    A modem decides from a frame's header whether it is for it; asking each of hundreds at each frame would
    tell the same in more time. The radio part, whether it hears the frame at all, is `Air`'s.
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
        terms: PrimeTerms,
        name: str = "prime",
    ) -> None:
        self.env = env
        self.streams = streams
        self.terms = terms
        self.name = name
        self.clock = FrameClock(terms)
        self.links = Links(channel, phy, terms.scheme)
        self.directory = Directory()
        self.journal = Journal(env)
        self.neighbours = Neighbours(self)
        self.air = Air(env, self.links, self.directory, self.neighbours, terms)
        self.watch = Watch(self)
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
