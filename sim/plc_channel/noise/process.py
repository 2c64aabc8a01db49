"""The noise of one wire in time: its rise hour by hour, burst by burst, within a cycle of the mains."""

import math

import numpy as np
from numpy.typing import NDArray

from sim.kernel.random import RandomStreams
from sim.plc_channel.noise.bursts import Bursts
from sim.plc_channel.noise.terms import NoiseTerms
from sim.plc_channel.phy.schemes import constants

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
        """Whether a long burst falls into the interval."""
        return self._bursts.overlap(begin_s, end_s)

    def symbols(self, begin_s: float, end_s: float) -> dict[tuple[int, bool], int]:
        """How many symbols of a frame meet each (phase of the half cycle, long burst or not)."""
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
