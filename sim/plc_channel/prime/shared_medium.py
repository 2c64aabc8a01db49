"""Shared medium of one subnetwork: which modem hears which, carrier sense, collisions, losses to noise."""

import math
from collections import Counter, deque
from collections.abc import Callable

from simpy import Environment

from sim.plc_channel.channel.interface import Channel
from sim.plc_channel.prime.interfaces import Address, Phy, Station, Transmission
from sim.plc_channel.prime.settings import PrimeSettings

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
        """SNR at which `listener` hears `sender`, dB."""
        if now_s >= self._until_s:
            self._renew(now_s)
        key = (sender, listener)
        ratio = self._ratios.get(key)
        if ratio is None:
            ratio = self._ratios[key] = float(self._channel.snr_db(sender, listener, now_s))
        return ratio

    def audible(self, sender: int, listener: int, now_s: float) -> bool:
        """True if `listener` notices that `sender` sends, and is disturbed by it."""
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
        """True if noise takes this one frame; `draw` is the listener's number for it."""
        return self._channel.frame_error(self._scheme, octets, sender, listener, begin_s, end_s, draw)

    def airtime_s(self, octets: int) -> float:
        """Airtime of a frame, s."""
        airtime = self._airtimes.get(octets)
        if airtime is None:
            airtime = self._airtimes[octets] = float(self._phy.airtime_s(octets))
        return airtime

    def _renew(self, now_s: float) -> None:
        self._until_s = self._channel.next_change_s(now_s)
        self._ratios.clear()
        self._audible.clear()


class Directory:
    """Stations of a subnetwork, and those that take frames with an address at present.

    A modem decides from a frame's header whether it is for it; asking each of hundreds at each frame would
    tell the same in more time. The radio part, whether it hears the frame at all, is `SharedMedium`'s.
    """

    __slots__ = ("_listeners", "stations")

    def __init__(self) -> None:
        self.stations: list[Station] = []
        self._listeners: dict[Address, dict[int, Station]] = {}

    def enlist(self, station: Station) -> int:
        """A number for a new station."""
        self.stations.append(station)
        return len(self.stations) - 1

    def join(self, address: Address, modem: Station) -> None:
        """From now on `modem` takes frames with this address."""
        self._listeners.setdefault(address, {})[modem.index] = modem

    def leave(self, address: Address, modem: Station) -> None:
        """No longer."""
        listeners = self._listeners.get(address)
        if listeners and listeners.pop(modem.index, None) and not listeners:
            del self._listeners[address]

    def listeners(self, address: Address) -> tuple[Station, ...]:
        """The stations that take frames with this address, in the order of joining."""
        found = self._listeners.get(address)
        return tuple(found.values()) if found else ()


#: how long a list of neighbours holds, and by how much it is too long
_RENEWED_S, _MARGIN_DB = 1800.0, 6.0


class Neighbours:
    """Stations that may hear each station well enough to serve it: short lists, renewed now and then.

    Asking all the others each time when a node that none hears needs promotion would cost more than
    everything else together; whether one of the list really hears it is decided when the frame comes.

    Args:
        links: how well each hears each.
        directory: all stations.
        least_snr_db: at which a station may serve another.
    """

    __slots__ = ("_directory", "_known", "_least_db", "_links", "_lists", "_until_s")

    def __init__(self, links: Links, directory: Directory, least_snr_db: float) -> None:
        self._links = links
        self._directory = directory
        self._least_db = least_snr_db - _MARGIN_DB
        self._lists: dict[int, tuple[Station, ...]] = {}
        self._until_s = -math.inf
        self._known = 0

    def of(self, station: Station, now_s: float) -> tuple[Station, ...]:
        """Those that heard `station` with nearly the least ratio or more, whatever they are at present."""
        stations = self._directory.stations
        if now_s >= self._until_s or self._known != len(stations):
            self._lists.clear()
            self._until_s = now_s + _RENEWED_S
            self._known = len(stations)
        found = self._lists.get(station.index)
        if found is None:
            snr_db = self._links.snr_db
            found = self._lists[station.index] = tuple(
                other
                for other in stations
                if other is not station and snr_db(station.place, other.place, now_s) >= self._least_db
            )
        return found


#: no frame lasts longer
_LONGEST_S = 0.5


#: called with each transmission when it ends
Sniffer = Callable[[Transmission], None]
#: whether this transmission shall not reach this listener: fault injection
Veto = Callable[[Transmission, Station], bool]


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
        directory: Directory,
        neighbours: Neighbours,
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

    def busy_until_s(self, listener: Station) -> float:
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

    def transmit(self, sender: Station, to: Address, octets: bytes, on_end: Callable[[], None]) -> None:
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

    def _listeners(self, transmission: Transmission) -> tuple[Station, ...]:
        if transmission.to[0] == "near":
            return self._neighbours.of(transmission.sender, float(self._env.now))
        return self._directory.listeners(transmission.to)

    def _arrives(self, transmission: Transmission, listener: Station) -> bool:
        sender = transmission.sender
        if not listener.powered or listener is sender:
            return False
        fate = self._fate(transmission, listener)
        self.counts[fate] += 1
        return fate == "arrived"

    def _fate(self, transmission: Transmission, listener: Station) -> str:
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

    def _is_spoilt(self, transmission: Transmission, listener: Station) -> bool:
        begin_s, end_s = transmission.begin_s, transmission.end_s
        for other in (*self._active, *self._recent):
            if other is transmission or other.begin_s >= end_s or other.end_s <= begin_s:
                continue
            if other.sender is listener:
                return True
            if self._audible(other, listener, end_s) and not self._captures(transmission, other, listener):
                return True
        return False

    def _audible(self, transmission: Transmission, listener: Station, now_s: float) -> bool:
        return self._links.audible(transmission.sender.place, listener.place, now_s)

    def _captures(self, wanted: Transmission, other: Transmission, listener: Station) -> bool:
        margin_db = self._terms.capture_db
        if margin_db is None:
            return False
        snr_db, place, now_s = self._links.snr_db, listener.place, wanted.end_s
        gap_db = snr_db(wanted.sender.place, place, now_s) - snr_db(other.sender.place, place, now_s)
        return gap_db >= margin_db
