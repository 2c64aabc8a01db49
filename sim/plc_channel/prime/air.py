"""The shared wire: who hears whom, carrier sense, collisions, losses to noise."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpy import Environment

from sim.plc_channel.prime.links import Links
from sim.plc_channel.prime.terms import PrimeTerms

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem
    from sim.plc_channel.prime.neighbours import Neighbours
    from sim.plc_channel.prime.network import Address, Directory

#: no frame lasts longer
_LONGEST_S = 0.5


@dataclass(slots=True, eq=False)
class Transmission:
    """A frame on the wire.

    Args:
        sender: whose.
        to: address that it is for.
        octets: all of it.
        begin_s: when its preamble began.
        end_s: when it is over.
    """

    sender: "Modem"
    to: "Address"
    octets: bytes
    begin_s: float
    end_s: float


#: told of each transmission when it ends
Sniffer = Callable[[Transmission], None]
#: whether this transmission shall not reach this listener: fault injection
Veto = Callable[[Transmission, "Modem"], bool]


class Air:
    """The wire at work.

    Args:
        env: the world's event loop.
        links: how well each hears each.
        directory: who takes what.
        neighbours: who hears a cry.
        terms: thresholds.
    """

    def __init__(
        self,
        env: Environment,
        links: Links,
        directory: "Directory",
        neighbours: "Neighbours",
        terms: PrimeTerms,
    ) -> None:
        self._env = env
        self._links = links
        self._directory = directory
        self._neighbours = neighbours
        self._terms = terms
        self._active: list[Transmission] = []
        self._recent: deque[Transmission] = deque()
        self.sniffers: list[Sniffer] = []
        self.vetoes: list[Veto] = []
        #: frames, arrivals, losses to noise, to collisions and to vetoes, octets
        self.counts: Counter[str] = Counter()

    def busy_until_s(self, listener: "Modem") -> float:
        """Carrier sense: when that is over which `listener` hears now; 0 when the wire is idle for it.

        A transmission is heard once its preamble is over; its header then says how long it is.
        """
        if not self._active:
            return 0.0
        now_s = float(self._env.now)
        shown_s = now_s - self._terms.sense_latency_s
        heard = [
            other.end_s
            for other in self._active
            if other.begin_s <= shown_s
            and other.sender is not listener
            and self._audible(other, listener, now_s)
        ]
        return max(heard, default=0.0)

    def transmit(self, sender: "Modem", to: "Address", octets: bytes, on_end: Callable[[], None]) -> None:
        """Put a frame on the wire; `on_end` is called when it is over, before anybody acts on it."""
        begin_s = float(self._env.now)
        duration_s = self._links.airtime_s(len(octets))
        transmission = Transmission(sender, to, octets, begin_s, begin_s + duration_s)
        self._active.append(transmission)
        self.counts["frames"] += 1
        self.counts["octets"] += len(octets)
        callbacks = self._env.timeout(duration_s).callbacks
        if callbacks is not None:
            callbacks.append(lambda _: self._end(transmission, on_end))

    def _end(self, transmission: Transmission, on_end: Callable[[], None]) -> None:
        self._active.remove(transmission)
        while self._recent and self._recent[0].end_s < transmission.end_s - _LONGEST_S:
            self._recent.popleft()
        self._recent.append(transmission)
        for sniffer in self.sniffers:
            sniffer(transmission)
        hearers = [modem for modem in self._listeners(transmission) if self._arrives(transmission, modem)]
        on_end()
        for modem in hearers:
            modem.hear(transmission)

    def _listeners(self, transmission: Transmission) -> "Iterable[Modem]":
        if transmission.to[0] == "near":
            return self._neighbours.of(transmission.sender)
        return self._directory.listeners(transmission.to)

    def _arrives(self, transmission: Transmission, listener: "Modem") -> bool:
        sender = transmission.sender
        if not listener.powered or listener is sender:
            return False
        fate = self._fate(transmission, listener)
        self.counts[fate] += 1
        return fate == "arrived"

    def _fate(self, transmission: Transmission, listener: "Modem") -> str:
        if self._links.is_lost(
            transmission.sender.place,
            listener.place,
            len(transmission.octets),
            transmission.begin_s,
            transmission.end_s,
            listener.draw(),
        ):
            return "noise"
        if self._is_spoilt(transmission, listener):
            return "collision"
        if any(veto(transmission, listener) for veto in self.vetoes):
            return "vetoed"
        return "arrived"

    def _is_spoilt(self, transmission: Transmission, listener: "Modem") -> bool:
        begin_s, end_s = transmission.begin_s, transmission.end_s
        for other in (*self._active, *self._recent):
            if other is transmission or other.begin_s >= end_s or other.end_s <= begin_s:
                continue
            if other.sender is listener:
                return True
            if self._audible(other, listener, end_s) and not self._captures(transmission, other, listener):
                return True
        return False

    def _audible(self, transmission: Transmission, listener: "Modem", now_s: float) -> bool:
        return self._links.audible(transmission.sender.place, listener.place, now_s)

    def _captures(self, wanted: Transmission, other: Transmission, listener: "Modem") -> bool:
        margin_db = self._terms.capture_db
        if margin_db is None:
            return False
        snr_db, place, now_s = self._links.snr_db, listener.place, wanted.end_s
        gap_db = snr_db(wanted.sender.place, place, now_s) - snr_db(other.sender.place, place, now_s)
        return gap_db >= margin_db
