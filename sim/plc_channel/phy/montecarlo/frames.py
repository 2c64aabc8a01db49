"""Frames through white noise: bits in, errors out. Preamble and header are ideal here."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.plc_channel.phy.montecarlo.convolutional import decode, encode
from sim.plc_channel.phy.montecarlo.interleaving import order
from sim.plc_channel.phy.montecarlo.modulation import CARRIERS, differences, hard_bits, modulate, soft_bits
from sim.plc_channel.phy.montecarlo.scrambler import scrambled
from sim.plc_channel.phy.schemes import Scheme

_FLUSH_BITS = 8
_BATCH_BITS = 200_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """How a receiver is made.

    Args:
        gray: Gray labels, else natural ones.
        soft: soft decisions for the decoder, else hard ones.
        scramble: with PRIME's scrambler; in white noise it changes nothing.
        interleaver: see `interleaving`.
    """

    gray: bool
    soft: bool
    scramble: bool = False
    interleaver: str = "symbol"


#: the receiver profiles of the shipped tables
RECEIVERS = {"modem": Receiver(gray=True, soft=True), "simprime": Receiver(gray=False, soft=False)}


@dataclass(frozen=True, slots=True)
class Errors:
    """What went wrong at one SNR."""

    snr_db: float
    bits: int
    bit_errors: int
    frames: int
    frame_errors: int

    @property
    def ber(self) -> float:
        """Bit error rate."""
        return self.bit_errors / self.bits

    @property
    def per(self) -> float:
        """Frame error rate."""
        return self.frame_errors / self.frames


def run(
    scheme: Scheme,
    receiver: Receiver,
    octets: int,
    snr_db: float,
    rng: Generator,
    *,
    frames: int = 3000,
    enough: int = 80,
) -> Errors:
    """Send frames until `enough` are lost, or all are sent.

    Args:
        scheme: the modulation.
        receiver: how it is received.
        octets: of a frame.
        snr_db: Es/N0 per carrier.
        rng: the source of chance.
        frames: to send at most.
        enough: lost frames after which to stop.
    """
    sent = lost = wrong = 0
    batch = max(1, min(frames, _BATCH_BITS // (8 * octets * scheme.repetition)))
    while sent < frames and lost < enough:
        count = min(batch, frames - sent)
        errors = _batch(scheme, receiver, octets, snr_db, rng, count)
        sent += count
        lost += int(np.count_nonzero(errors))
        wrong += int(errors.sum())
    return Errors(snr_db, sent * octets * 8, wrong, sent, lost)


def _batch(
    scheme: Scheme, receiver: Receiver, octets: int, snr_db: float, rng: Generator, count: int
) -> NDArray[np.int64]:
    """Wrong bits of each of `count` frames."""
    bits = rng.integers(0, 2, (count, 8 * octets), dtype=np.int8)
    sent = np.pad(bits, ((0, 0), (0, _FLUSH_BITS))) if scheme.coded else bits
    stream = scrambled(encode(sent) if scheme.coded else sent, active=receiver.scramble)
    used = stream.shape[1]
    padded = np.pad(stream, ((0, 0), (0, -used % (CARRIERS * scheme.bits))))
    symbols = padded.shape[1] // (CARRIERS * scheme.bits)
    places = order(receiver.interleaver, symbols, scheme.bits, rng)
    steps = _received(padded[:, places], scheme, receiver, snr_db, rng)
    back = np.argsort(places)[:used]
    if not scheme.coded:
        got = hard_bits(steps, scheme.bits, gray=receiver.gray)[:, back]
        return _wrong(scrambled(got, active=receiver.scramble), bits)
    metrics = _metrics(steps, scheme, receiver)[:, back]
    if receiver.scramble:
        metrics *= 1.0 - 2.0 * scrambled(np.zeros((1, used), dtype=np.int8), active=True)
    return _wrong(decode(metrics)[:, : bits.shape[1]], bits)


def _wrong(got: NDArray[np.int8], sent: NDArray[np.int8]) -> NDArray[np.int64]:
    return np.asarray(np.count_nonzero(got != sent, axis=1), dtype=np.int64)


def _received(
    bits: NDArray[np.int8], scheme: Scheme, receiver: Receiver, snr_db: float, rng: Generator
) -> NDArray[np.complex128]:
    """Differences between carriers after noise, summed over the repetitions."""
    clean = modulate(bits, scheme.bits, gray=receiver.gray)
    sigma = np.sqrt(0.5 * 10.0 ** (-snr_db / 10.0))
    total = np.zeros((*clean.shape[:2], CARRIERS), dtype=np.complex128)
    for _ in range(scheme.repetition):
        noise = rng.normal(0.0, sigma, (*clean.shape, 2)).view(np.complex128)[..., 0]
        total += differences(clean + noise)
    return total


def _metrics(steps: NDArray[np.complex128], scheme: Scheme, receiver: Receiver) -> NDArray[np.float64]:
    if receiver.soft:
        return soft_bits(steps, scheme.bits, gray=receiver.gray)
    return np.asarray(1.0 - 2.0 * hard_bits(steps, scheme.bits, gray=receiver.gray), dtype=np.float64)
