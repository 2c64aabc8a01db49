"""Shared medium of one subnetwork: which modem hears which, carrier sense, collisions, losses to noise."""

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simpy import Environment

from sim.plc_channel.channel.interface import Channel
from sim.plc_channel.prime.interfaces import Phy
from sim.plc_channel.prime.settings import PrimeSettings

if TYPE_CHECKING:
    from sim.plc_channel.prime.modem import Modem
    from sim.plc_channel.prime.network import Address, Directory, Network

# ---- The links of a network as its MAC sees them; answers that stay are asked for once between two changes

#: error rates below this count as none, above its complement as certain
_NEGLIGIBLE = 1e-7
#: where the ratio is looked for from which on there are none, and how closely
_SEARCHED_DB, _CLOSE_DB = (-20.0, 80.0), 0.01


class Links:
    """Channel and modem together.

    Args:
        channel: the wire.
        phy: the modem.
        scheme: its modulation.
    """

    __slots__ = ("_airtimes", "_audible", "_channel", "_clean", "_phy", "_ratios", "_scheme", "_until_s")

    def __init__(self, channel: Channel, phy: Phy, scheme: str) -> None:
        self._channel = channel
        self._phy = phy
        self._scheme = scheme
        self._airtimes: dict[int, float] = {}
        self._ratios: dict[tuple[int, int], float] = {}
        self._audible: dict[tuple[int, int], bool] = {}
        self._clean: dict[int, float] = {}
        self._until_s = -math.inf

    def next_change_s(self, now_s: float) -> float:
        """When the channel changes next."""
        return self._channel.next_change_s(now_s)

    def snr_db(self, sender: int, listener: int, now_s: float) -> float:
        """How well `listener` hears `sender`."""
        if now_s >= self._until_s:
            self._renew(now_s)
        key = (sender, listener)
        ratio = self._ratios.get(key)
        if ratio is None:
            ratio = self._ratios[key] = float(self._channel.snr_db(sender, listener, now_s))
        return ratio

    def audible(self, sender: int, listener: int, now_s: float) -> bool:
        """Whether `listener` notices that `sender` sends, and is disturbed by it."""
        if now_s >= self._until_s:
            self._renew(now_s)
        key = (sender, listener)
        found = self._audible.get(key)
        if found is None:
            found = self._audible[key] = bool(self._channel.audible(sender, listener, now_s))
        return found

    def error_rate(self, sender: int, listener: int, octets: int, now_s: float) -> float:
        """The share of frames that noise takes; exactly 0 or 1 where that is as good as certain."""
        snr_db = self.snr_db(sender, listener, now_s)
        if snr_db >= self._clean_db(octets):
            return 0.0
        rate = float(self._phy.error_rate(octets, snr_db))
        return 0.0 if rate < _NEGLIGIBLE else 1.0 if rate > 1.0 - _NEGLIGIBLE else rate

    def _clean_db(self, octets: int) -> float:
        """The ratio from which on errors of frames of this size are negligible."""
        clean_db = self._clean.get(octets)
        if clean_db is None:
            low_db, clean_db = _SEARCHED_DB
            while clean_db - low_db > _CLOSE_DB:
                middle_db = (low_db + clean_db) / 2
                if self._phy.error_rate(octets, middle_db) < _NEGLIGIBLE:
                    clean_db = middle_db
                else:
                    low_db = middle_db
            self._clean[octets] = clean_db
        return clean_db

    def is_lost(
        self, sender: int, listener: int, octets: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """Whether noise takes this one frame; `draw` is the listener's number for it."""
        return self._channel.frame_error(self._scheme, octets, sender, listener, begin_s, end_s, draw)

    def airtime_s(self, octets: int) -> float:
        """How long a frame lasts."""
        airtime = self._airtimes.get(octets)
        if airtime is None:
            airtime = self._airtimes[octets] = float(self._phy.airtime_s(octets))
        return airtime

    def _renew(self, now_s: float) -> None:
        self._until_s = self._channel.next_change_s(now_s)
        self._ratios.clear()
        self._audible.clear()


# ---- Who could hear a node's cry for a switch: a short list, renewed now and then.

#: how long a list holds, and by how much it is too long
_RENEWED_S, _MARGIN_DB = 1800.0, 6.0


class Neighbours:
    """The modems that may hear each modem well enough to serve it.

    Args:
        network: the world around.
    """

    __slots__ = ("_known", "_lists", "_network", "_until_s")

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._lists: dict[int, tuple[Modem, ...]] = {}
        self._until_s = -math.inf
        self._known = 0

    def of(self, modem: "Modem") -> "tuple[Modem, ...]":
        """Those that heard `modem` with nearly `join_snr_db` or more, whatever they are at present."""
        network, now_s = self._network, self._network.now_s
        if now_s >= self._until_s or self._known != len(network.modems):
            self._lists.clear()
            self._until_s = now_s + _RENEWED_S
            self._known = len(network.modems)
        found = self._lists.get(modem.index)
        if found is None:
            least_db = network.terms.join_snr_db - _MARGIN_DB
            found = self._lists[modem.index] = tuple(
                other
                for other in network.modems
                if other is not modem and network.links.snr_db(modem.place, other.place, now_s) >= least_db
            )
        return found


# ---- The shared wire: who hears whom, carrier sense, collisions, losses to noise.

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


class SharedMedium:
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
        terms: PrimeSettings,
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
