"""How available the meters of a network are by the hour, and the noise that makes them so.

A *calibration*: two parameters, the median signal and the height of the noise's peak, are chosen so
that the mean and the dip of one published network come out. It shows that the model can be like
that network, not that it is right.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.plc_channel.phy.modem import PrimePhy

Reals = NDArray[np.float64]

#: spread of the meters' signals and of one meter's from hour to hour, dB [I]
SPREAD_DB, FADE_DB = 6.0, 3.0
_OCTETS, _FRAMES, _ATTEMPTS = 64, 2, 5
_FADES = tuple(NormalDist().inv_cdf((index + 0.5) / 9) for index in range(9))


@dataclass(frozen=True, slots=True)
class NetworkNoise:
    """A network whose noise follows the hours.

    Args:
        median_snr_db: of its meters in the quietest hour.
        peak_db: rise of the noise in the worst one.
        shape: of the day, 24 values from 0 to 1.
    """

    median_snr_db: float
    peak_db: float
    shape: tuple[float, ...]

    def hourly_db(self) -> tuple[float, ...]:
        """The rise in each hour, as `NoiseTerms.hourly_db` takes it."""
        return tuple(round(self.peak_db * part, 2) for part in self.shape)


def answered(phy: PrimePhy) -> Callable[[Reals], Reals]:
    """Share of polls that are answered, over SNR: request and answer, five attempts."""
    grid = np.arange(-20.0, 40.0, 0.1)
    arrived = np.array([1.0 - phy.error_rate(_OCTETS, float(snr_db)) for snr_db in grid])
    shares = 1.0 - (1.0 - arrived**_FRAMES) ** _ATTEMPTS
    return lambda snr_db: np.asarray(np.interp(snr_db, grid, shares), dtype=np.float64)


def expected(network: NetworkNoise, meters: int, phy: PrimePhy) -> Reals:
    """Availability of the network in each hour of the day, 0 to 1, on average."""
    return np.asarray(answered(phy)(_ratios(network, meters, np.array(_FADES))).mean(axis=(1, 2)))


def drawn(network: NetworkNoise, meters: int, days: int, phy: PrimePhy, rng: Generator) -> Reals:
    """Availability in each hour of some days, 0 to 1, with its chance."""
    share = answered(phy)
    hours = []
    for _ in range(days):
        ratios = _ratios(network, meters, np.zeros(1))[:, :, 0]
        ratios = ratios + FADE_DB * rng.standard_normal(ratios.shape)
        hours.append((rng.random(ratios.shape) < share(ratios)).mean(axis=1))
    return np.concatenate(hours)


def calibrated(
    shape: Sequence[float], meters: int, mean: float, dip: float, dip_hours: Sequence[int], phy: PrimePhy
) -> NetworkNoise:
    """The network whose availability has this mean, and this dip in these hours.

    Args:
        shape: of the noise over the day, 24 values from 0 to 1.
        meters: how many.
        mean: over the day, 0 to 1.
        dip: mean over `dip_hours`, below `mean`.
        dip_hours: first and last but one hour of the dip.
        phy: the modem.
    """
    hours = slice(dip_hours[0], dip_hours[1])

    def at(peak_db: float) -> NetworkNoise:
        low_db, high_db = -20.0, 60.0
        while high_db - low_db > 0.01:
            middle_db = (low_db + high_db) / 2
            network = NetworkNoise(middle_db, peak_db, tuple(shape))
            if expected(network, meters, phy).mean() < mean:
                low_db = middle_db
            else:
                high_db = middle_db
        return NetworkNoise(round(high_db, 2), round(peak_db, 2), tuple(shape))

    low_db, high_db = 0.0, 40.0
    while high_db - low_db > 0.02:
        middle_db = (low_db + high_db) / 2
        # with the mean held, a higher peak makes a deeper dip
        if expected(at(middle_db), meters, phy)[hours].mean() > dip:
            low_db = middle_db
        else:
            high_db = middle_db
    return at(high_db)


def _ratios(network: NetworkNoise, meters: int, fades: Reals) -> Reals:
    """[hour, meter, fade], SNR in dB."""
    places = [NormalDist().inv_cdf((index + 0.5) / meters) for index in range(meters)]
    signals = network.median_snr_db + SPREAD_DB * np.array(places)
    rises = network.peak_db * np.array(network.shape)
    return np.asarray(signals[None, :, None] - rises[:, None, None] + FADE_DB * fades[None, None, :])
