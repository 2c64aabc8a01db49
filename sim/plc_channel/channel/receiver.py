"""What a modem makes of many carriers, and how it is set."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.plc_channel.errors import ChannelTermsError
from sim.plc_channel.phy.modem import USUAL_PROFILE, USUAL_SYNC_FLOOR_DB, PrimePhy, phy_of
from sim.plc_channel.phy.tables import PROFILES

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
