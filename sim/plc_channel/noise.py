"""Noise of the wire: coloured floor, mains-synchronous envelope, hours of the day, bursts."""

import math
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.kernel.random import RandomStreams
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.phy.schemes import constants

# ---- settings

#: rise by hour of the day over the quietest hours, dB: everybody lights and charges from 18 to 22 [I]
VILLAGE_DAY = (0, 0, 0, 0, 0, 2, 4, 4, 3, 3, 3, 4, 5, 4, 3, 3, 4, 6, 10, 12, 12, 10, 6, 2)


@dataclass(frozen=True, slots=True)
class NoiseTerms:
    """Parameters of the noise.

    Args:
        floor_dbm_hz: background in a quiet hour; −90 is the cap of the ns-3 module [E].
        hourly_db: rise in each hour of the day, 24 values [I].
        begin_hour: hour of the day at second 0.
        envelope_rise_db: by which the noise rises twice in each cycle of the mains, with the current [I].
        envelope_share: of the time, for which it does [I].
        mains_hz: 60 in Colombia.
        bursts_per_h: long bursts, Poisson [I].
        burst_s_max: their length is uniform from 0 to this [E, ns-3: 1 s].
        burst_rise_db: of the noise in them [I].
        impulse_rise_db: of impulses shorter than a symbol: `middleton.noise_rise_db`, 0 for none.
        base_rise_db: more at the concentrator, beside the inverter [I].

    Raises:
        ChannelTermsError: a value is out of its range.
    """

    floor_dbm_hz: float = -90.0
    hourly_db: tuple[float, ...] = VILLAGE_DAY
    begin_hour: float = 0.0
    envelope_rise_db: float = 6.0
    envelope_share: float = 0.25
    mains_hz: float = 60.0
    bursts_per_h: float = 20.0
    burst_s_max: float = 1.0
    burst_rise_db: float = 20.0
    impulse_rise_db: float = 0.0
    base_rise_db: float = 0.0

    def __post_init__(self) -> None:
        if len(self.hourly_db) != 24:
            raise ChannelTermsError("the noise of a day has 24 hours")
        if not 0 <= self.envelope_share <= 1:
            raise ChannelTermsError("the share of the envelope must be 0 to 1")
        if self.mains_hz <= 0 or min(self.bursts_per_h, self.burst_s_max) < 0:
            raise ChannelTermsError("rates and lengths of noise are 0 or more, the mains above 0")
        if self.bursts_per_h * self.burst_s_max / 2 >= 1800:
            raise ChannelTermsError("long bursts must leave half of the time to something else")


#: no noise but a flat background: for set-ups that are to be calculated
FLAT = NoiseTerms(hourly_db=(0,) * 24, envelope_rise_db=0.0, bursts_per_h=0.0)


# ---- bursts


class Bursts:
    """A Poisson process of intervals that do not overlap.

    Args:
        rng: a stream of its own.
        per_h: bursts in an hour of quiet; 0 for none.
        length_s_max: their length is uniform from 0 to this.
    """

    __slots__ = ("_begins_s", "_ends_s", "_length_s_max", "_pause_s", "_rng")

    def __init__(self, rng: Generator, per_h: float, length_s_max: float) -> None:
        self._rng = rng
        self._pause_s = 3600.0 / per_h if per_h > 0 else math.inf
        self._length_s_max = length_s_max
        self._begins_s: list[float] = []
        self._ends_s: list[float] = []

    def next_edge_s(self, now_s: float) -> float:
        """The first begin or end after `now_s`; inf for none."""
        self._reach(now_s)
        if not self._begins_s:
            return math.inf
        index = bisect_right(self._begins_s, now_s)
        if index and now_s < self._ends_s[index - 1]:
            return self._ends_s[index - 1]
        return self._begins_s[index]

    def overlap(self, begin_s: float, end_s: float) -> bool:
        """True if any falls into the interval."""
        return self.active(begin_s) or self.next_edge_s(begin_s) < end_s

    def active(self, now_s: float) -> bool:
        """True if there is one at this instant."""
        self._reach(now_s)
        index = bisect_right(self._begins_s, now_s)
        return bool(index) and now_s < self._ends_s[index - 1]

    def _reach(self, now_s: float) -> None:
        """Draw bursts until one begins after `now_s`."""
        if self._pause_s == math.inf:
            return
        while not self._begins_s or self._begins_s[-1] <= now_s:
            last_s = self._ends_s[-1] if self._ends_s else 0.0
            begin_s = last_s + float(self._rng.exponential(self._pause_s))
            self._begins_s.append(begin_s)
            self._ends_s.append(begin_s + float(self._rng.uniform(0.0, self._length_s_max)))


# ---- floor, after the parameters of ns-3's PLC module

CAP_DBM_HZ = -90.0
#: a, b, c of the law. Source: plc.md 1.6 [E]
LAWS = {"best": (-145.0, 53.23, -0.337), "worst": (-140.0, 38.75, -0.72)}


def floor_dbm_hz(law: str, frequency_hz: float) -> float:
    """Spectral density of the background.

    Args:
        law: ``best`` or ``worst``.
        frequency_hz: above 0.
    """
    a, b, c = LAWS[law]
    return float(min(CAP_DBM_HZ, a + b * (frequency_hz / 1e6) ** c))


def carrier_noise_dbuv(density_dbm_hz: float, spacing_hz: float, reference_ohm: float = 50.0) -> float:
    """Noise voltage in one carrier, dBµV, when the density is that of a matched load of `reference_ohm`."""
    volts = math.sqrt(1e-3 * 10.0 ** (density_dbm_hz / 10.0) * spacing_hz * reference_ohm)
    return 20.0 * math.log10(volts * 1e6)


# ---- noise in time

#: parts of a half cycle that are told apart
PHASES = 8
_SUBSTEPS = 64


class NoiseProcess:
    """Noise over the background.

    Args:
        terms: how it is.
        streams: of the world; the bursts draw from one of their own.
        name: of the wire, distinguishes several of a world.
    """

    __slots__ = ("_bursts", "_half_cycle_s", "envelope", "terms")

    def __init__(self, terms: NoiseTerms, streams: RandomStreams, name: str = "noise") -> None:
        self.terms = terms
        self._bursts = Bursts(streams.stream(f"{name}/bursts"), terms.bursts_per_h, terms.burst_s_max)
        self._half_cycle_s = 0.5 / terms.mains_hz
        #: for each phase of the half cycle, noise power in a symbol that begins there, over the quiet one
        self.envelope: NDArray[np.float64] = _envelope(terms, self._half_cycle_s)

    def rise_db(self, now_s: float) -> float:
        """By how much the noise exceeds its background now, without the envelope, dB."""
        return self.hourly_db(now_s) + (self.terms.burst_rise_db if self._bursts.active(now_s) else 0.0)

    def hourly_db(self, now_s: float) -> float:
        """The part of `rise_db` that stays for the hour."""
        hour = math.floor(now_s / 3600.0 + self.terms.begin_hour) % 24
        return self.terms.hourly_db[hour] + self.terms.impulse_rise_db

    def next_change_s(self, now_s: float) -> float:
        """When `rise_db` may change next, after `now_s`."""
        shift_s = self.terms.begin_hour % 1.0 * 3600.0
        hour_s = (math.floor((now_s + shift_s) / 3600.0) + 1) * 3600.0 - shift_s
        return min(hour_s, self._bursts.next_edge_s(now_s))

    def bursts_in(self, begin_s: float, end_s: float) -> bool:
        """True if a long burst falls into the interval."""
        return self._bursts.overlap(begin_s, end_s)

    def symbols(self, begin_s: float, end_s: float) -> dict[tuple[int, bool], int]:
        """Number of symbols of a frame that meet each (phase of the half cycle, long burst or not)."""
        step_s = constants().symbol_ms / 1000.0
        count = max(1, round((end_s - begin_s) / step_s))
        disturbed = self._bursts.overlap(begin_s, end_s)
        found: dict[tuple[int, bool], int] = {}
        for index in range(count):
            at_s = begin_s + index * step_s
            part = math.fmod(at_s, self._half_cycle_s) / self._half_cycle_s
            burst = disturbed and self._bursts.overlap(at_s, at_s + step_s)
            key = (min(PHASES - 1, int(part * PHASES)), burst)
            found[key] = found.get(key, 0) + 1
        return found


def _envelope(terms: NoiseTerms, half_cycle_s: float) -> NDArray[np.float64]:
    """Mean noise power of a symbol, by the phase at which it begins; bursts of the mains begin at phase 0."""
    symbol = constants().symbol_ms / 1000.0 / half_cycle_s
    begins = (np.arange(PHASES) + 0.5) / PHASES
    instants = begins[:, None] + symbol * (np.arange(_SUBSTEPS) + 0.5) / _SUBSTEPS
    loud = 10.0 ** (terms.envelope_rise_db / 10.0)
    powers = np.where(instants % 1.0 < terms.envelope_share, loud, 1.0)
    return np.asarray(powers.mean(axis=1), dtype=np.float64)
