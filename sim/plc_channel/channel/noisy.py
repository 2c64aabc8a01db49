"""Channel of losses and noise.

What a receiver makes of many carriers; the channel of a measured loss matrix.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.kernel.random import RandomStreams
from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.noise import NoiseProcess, NoiseTerms, carrier_noise_dbuv
from sim.plc_channel.phy.error_tables import PROFILES
from sim.plc_channel.phy.modem import USUAL_PROFILE, USUAL_SYNC_FLOOR_DB, PrimePhy, phy_of
from sim.plc_channel.phy.schemes import constants

# ---- receiver

#: how ratios of carriers become one, by bits of a carrier: 1 is exact for DBPSK, whose bit error rate is
#: exp(−Es/N0)/2; the others follow from where SimPRIME's curves reach a bit error rate of 0.01 [I]
BETAS = {1: 1.0, 2: 2.8, 3: 9.6}


#: how fast a frame's errors fall with the ratio, Np/dB: the coded modes of the tables have 2.4 to 2.9 [C]
STEEPNESS_NP_DB = 2.6


@dataclass(frozen=True, slots=True)
class ReceiverTerms:
    """The modems of a wire.

    Args:
        profile: of the error tables, ``modem`` or ``simprime``.
        sync_floor_db: where preambles and headers get lost; None for an ideal receiver.
        transmit_dbuv: electromotive force of a sender over all carriers, dBµV; 120 is 1 V [M].
        audible_snr_db: at which a preamble is noticed [I].
        beta: of `effective_db` over the carriers; `BETAS`.

    Raises:
        ChannelTermsError: no such profile, or beta is not positive.
    """

    profile: str = USUAL_PROFILE
    sync_floor_db: float | None = USUAL_SYNC_FLOOR_DB
    transmit_dbuv: float = 120.0
    audible_snr_db: float = 0.0
    beta: float = 1.0

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ChannelTermsError(f"the profile must be one of {', '.join(PROFILES)}")
        if self.beta <= 0:
            raise ChannelTermsError("beta is above 0")

    def phy(self, scheme: str) -> PrimePhy:
        """The modem of a modulation.

        Raises:
            UnknownSchemeError: no such modulation.
        """
        return phy_of(scheme, self.profile, self.sync_floor_db)


def effective_db(ratios_db: NDArray[np.float64], beta: float) -> NDArray[np.float64]:
    """The flat ratio that would spoil as much as those of the last axis together, dB.

    The mean is taken over the errors, exp(−γ/β), not over decibels: a notch counts for what it destroys.

    Args:
        ratios_db: Es/N0 of carriers.
        beta: see `BETAS`.
    """
    gamma = 10.0 ** (ratios_db / 10.0)
    least = gamma.min(axis=-1)
    mean = np.exp(-(gamma - least[..., None]) / beta).mean(axis=-1)
    # the mean is 1/n to 1; far above, the weakest carrier decides
    return np.asarray(10.0 / math.log(10.0) * np.log(np.maximum(least - beta * np.log(mean), 1e-30)))


def frame_db(ratios_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """The constant ratio that loses as many frames as symbols with the ratios of the last axis do, dB.

    Errors of a code end within a few symbols, so those of a frame's symbols add up, and a loud part of the
    mains' cycle counts for nearly all.
    """
    least = ratios_db.min(axis=-1)
    mean = np.exp(-STEEPNESS_NP_DB * (ratios_db - least[..., None])).mean(axis=-1)
    return np.asarray(least - np.log(mean) / STEEPNESS_NP_DB)


# ---- losses and noise

Reals = NDArray[np.float64]

#: hazards below this count as none
_NEGLIGIBLE = 1e-7
#: rows of the matrix that are kept, over all rises of the noise
_KEPT = 1024


class Paths(Protocol):
    """Losses between places; the concentrator is the last of them."""

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
        """True if `rx` notices a preamble of `tx`."""
        return self.snr_db(tx, rx, now_s) >= self.receiver.audible_snr_db

    def next_change_s(self, now_s: float) -> float:
        """The next edge of a burst, hour or refresh of the loads."""
        return self._noise.next_change_s(now_s)

    def frame_error(
        self, scheme: str, octets: int, tx: int, rx: int, begin_s: float, end_s: float, draw: float
    ) -> bool:
        """True if a frame is lost, symbol by symbol: short frames see the mains' cycle, long ones its mean.

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


# ---- matrix of losses


class _Matrix:
    __slots__ = ("_gains",)

    def __init__(self, loss_db: Reals) -> None:
        self._gains: Reals = -loss_db

    def gains_db(self, tx: int) -> Reals:
        return np.array(self._gains[tx][:, None])


class MatrixChannel(NoisyChannel):
    """Fits `model.Channel`.

    Args:
        loss_db: [sender, listener], places in order and the concentrator last; 0 or more.
        streams: the world's random streams.
        noise: of the wire.
        receiver: the modems.
        name: distinguishes several wires of a world.

    Raises:
        ChannelTermsError: the matrix is not square.
    """

    def __init__(
        self,
        loss_db: Sequence[Sequence[float]] | Reals,
        *,
        streams: RandomStreams,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
        name: str = "plc",
    ) -> None:
        losses = np.array(loss_db, dtype=np.float64)
        if losses.ndim != 2 or losses.shape[0] != losses.shape[1]:
            raise ChannelTermsError("a matrix of losses has as many rows as columns")
        process = NoiseProcess(noise or NoiseTerms(), streams, f"{name}/noise")
        super().__init__(_Matrix(losses), process, receiver or ReceiverTerms())

    @classmethod
    def of_rows(
        cls,
        down_db: Sequence[float],
        up_db: Sequence[float],
        *,
        streams: RandomStreams,
        noise: NoiseTerms | None = None,
        receiver: ReceiverTerms | None = None,
    ) -> "MatrixChannel":
        """A feeder known by its losses from and to the concentrator, place after place along the line.

        Between two places the loss is the difference of theirs, at least 0 [I].

        Raises:
            ChannelTermsError: the rows differ in length.
        """
        if len(down_db) != len(up_db):
            raise ChannelTermsError("losses from and to the concentrator need as many places")
        down, up = np.array(down_db), np.array(up_db)
        count = len(down)
        losses = np.zeros((count + 1, count + 1))
        losses[-1, :-1], losses[:-1, -1] = down, up
        # towards the far end the losses of the way down count, back those of the way up
        losses[:-1, :-1] = np.maximum(
            0.0, np.maximum(down[None, :] - down[:, None], up[:, None] - up[None, :])
        )
        return cls(losses, streams=streams, noise=noise, receiver=receiver)
