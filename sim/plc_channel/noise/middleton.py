"""Middleton's class A noise, and what it does to OFDM: the noise rises, the curve keeps its shape.

The transform of a receiver spreads each impulse over all carriers of a symbol. With some fifty impulses in a
symbol (A = 0.1, 512 samples) the carriers see white noise of the whole power, 10·log10((1 + Γ)/Γ) above the
background.

>>> round(noise_rise_db(0.01), 2)
20.04
"""

import math

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.plc_channel.phy.montecarlo.modulation import CARRIERS, differences, hard_bits, modulate
from sim.plc_channel.phy.schemes import constants


def noise_rise_db(gamma: float) -> float:
    """By how much impulses raise the noise over the background alone.

    Args:
        gamma: power of the background over that of the impulses, above 0.

    Raises:
        ValueError: gamma is not positive.

    Source: plc.md 1.4.
    """
    if gamma <= 0:
        raise ValueError("gamma must be above 0")
    return 10.0 * math.log10((1.0 + gamma) / gamma)


def samples(
    impulsive_index: float, gamma: float, shape: tuple[int, int], rng: Generator
) -> NDArray[np.complex128]:
    """Complex class A noise whose background has unit power.

    Args:
        impulsive_index: A, impulses that overlap on average.
        gamma: power of the background over that of the impulses.
        shape: of the array.
        rng: the source of chance.
    """
    impulses = rng.poisson(impulsive_index, shape)
    power = 1.0 + impulses / (impulsive_index * gamma)
    pairs = rng.normal(0.0, math.sqrt(0.5), (*shape, 2)).view(np.complex128)[..., 0]
    return np.asarray(pairs * np.sqrt(power), dtype=np.complex128)


def uncoded_ber(
    snr_db: float,
    symbols: int,
    rng: Generator,
    *,
    bits: int = 1,
    impulsive_index: float | None = None,
    gamma: float = 0.01,
) -> float:
    """Bit error rate of uncoded DPSK, natural labels, over SNR against the background.

    Args:
        snr_db: Es/N0 per carrier; N0 of the background alone.
        symbols: to send.
        rng: the source of chance.
        bits: of one carrier.
        impulsive_index: A; None for white noise.
        gamma: see `samples`.
    """
    sent = rng.integers(0, 2, (symbols, CARRIERS * bits), dtype=np.int8)
    clean = modulate(sent, bits, gray=False)[:, 0, :]
    size = constants().fft
    if impulsive_index is None:
        noise = rng.normal(0.0, math.sqrt(0.5), (*clean.shape, 2)).view(np.complex128)[..., 0]
    else:
        times = samples(impulsive_index, gamma, (symbols, size), rng)
        noise = np.fft.fft(times, axis=1)[:, : clean.shape[1]] / math.sqrt(size)
    received = clean + noise * 10.0 ** (-snr_db / 20.0)
    return float(np.mean(hard_bits(differences(received), bits, gray=False) != sent))
