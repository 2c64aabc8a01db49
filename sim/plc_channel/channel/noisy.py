"""A channel made of losses and noise; what `matrix` and `feeder` have in common."""

import math
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.plc_channel.channel.receiver import ReceiverTerms, effective_db, frame_db
from sim.plc_channel.noise.floor import carrier_noise_dbuv
from sim.plc_channel.noise.process import NoiseProcess
from sim.plc_channel.phy.modem import PrimePhy
from sim.plc_channel.phy.schemes import constants

Reals = NDArray[np.float64]

#: hazards below this count as none
_NEGLIGIBLE = 1e-7
#: rows of the matrix that are kept, over all rises of the noise
_KEPT = 1024


class Paths(Protocol):
    """How much is lost between places; the concentrator is the last of them."""

    def gains_db(self, tx: int) -> Reals:
        """[listener, carrier], voltage at the listener over the sender's electromotive force, dB."""


class NoisyChannel:
    """Fits `model.Channel`.

    Args:
        paths: the losses.
        noise: of the wire.
        receiver: the modems.

    Attributes:
        receiver: the same.
    """

    def __init__(self, paths: Paths, noise: NoiseProcess, receiver: ReceiverTerms) -> None:
        self._paths = paths
        self._noise = noise
        self.receiver = receiver
        fixed = constants()
        sent_dbuv = receiver.transmit_dbuv - 10.0 * np.log10(fixed.carriers)
        quiet_dbuv = carrier_noise_dbuv(noise.terms.floor_dbm_hz, fixed.carrier_spacing_hz)
        #: Es/N0 of a carrier on a wire that loses nothing, in a quiet hour
        self.lossless_snr_db = float(sent_dbuv - quiet_dbuv)
        self._levels: dict[tuple[int, float], Reals] = {}
        self._ratios: dict[tuple[int, float], Reals] = {}

    def snr_db(self, tx: int, rx: int, now_s: float) -> float:
        """Es/N0 at `rx`, dB: over carriers by bit errors, over the mains' cycle by frame errors."""
        self._refresh(now_s)
        key = (tx, self._noise.rise_db(now_s))
        if key not in self._ratios:
            self._ratios[key] = frame_db(self._levels_of(*key))
        return float(self._ratios[key][rx])

    def audible(self, tx: int, rx: int, now_s: float) -> bool:
        """Whether `rx` notices a preamble of `tx`."""
        return self.snr_db(tx, rx, now_s) >= self.receiver.audible_snr_db

    def next_change_s(self, now_s: float) -> float:
        """The next edge of a burst, hour or refresh of the loads."""
        return self._noise.next_change_s(now_s)

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """Whether a frame is lost, symbol by symbol: short frames see the mains' cycle, long ones its mean.

        Raises:
            UnknownSchemeError: no such modulation.
        """
        self._refresh(begin_s)
        hourly_db = self._noise.hourly_db(begin_s)
        levels = self._levels_of(tx, hourly_db)[rx]
        phy = self.receiver.phy(scheme)
        clean_db = _clean_db(phy, octets)
        if levels.min() >= clean_db and not self._noise.bursts_in(begin_s, end_s):
            return False
        loud = self._levels_of(tx, hourly_db + self._noise.terms.burst_rise_db)[rx]
        symbols = self._noise.symbols(begin_s, end_s)
        hazard = sum(
            number * phy.hazard(octets, float((loud if burst else levels)[phase]))
            for (phase, burst), number in symbols.items()
        ) / sum(symbols.values())
        return draw < -math.expm1(-hazard)

    def _refresh(self, now_s: float) -> None:
        """Take in what has changed; nothing does here."""

    def _forget(self) -> None:
        self._levels.clear()
        self._ratios.clear()

    def _levels_of(self, tx: int, rise_db: float) -> Reals:
        """[listener, phase of the half cycle], effective ratio over the carriers, dB."""
        key = (tx, rise_db)
        found = self._levels.get(key)
        if found is None:
            if len(self._levels) >= _KEPT:
                self._forget()
            quiet = self._paths.gains_db(tx) + (self.lossless_snr_db - rise_db)
            quiet[-1] -= self._noise.terms.base_rise_db
            phased = quiet[:, None, :] - 10.0 * np.log10(self._noise.envelope)[None, :, None]
            found = self._levels[key] = effective_db(phased, self.receiver.beta)
        return found


@lru_cache(maxsize=4096)
def _clean_db(phy: PrimePhy, octets: int) -> float:
    """The ratio from which on frames of a size practically always arrive."""
    low_db, high_db = -20.0, 40.0
    while high_db - low_db > 0.01:
        middle_db = (low_db + high_db) / 2
        if phy.hazard(octets, middle_db) < _NEGLIGIBLE:
            high_db = middle_db
        else:
            low_db = middle_db
    return high_db
