"""Monte Carlo of the physical layer, symbol by symbol: what the error tables come from; no world runs it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.plc_channel.phy.schemes import Scheme, constants

# ---- convolutional code: rate 1/2, K = 7, generators 171 and 133 octal

GENERATORS = (0o171, 0o133)
MEMORY = 6
_STATES = 1 << MEMORY


def _parity(values: NDArray[np.int64], mask: int) -> NDArray[np.int64]:
    masked = values & mask
    for shift in (4, 2, 1):
        masked ^= masked >> shift
    return masked & 1


_STATE = np.arange(_STATES)
# the register holds the newest bit on top: state n is reached from (n << 1 | x) & 63, by input bit n >> 5
_REGISTERS = np.stack([_STATE << 1, _STATE << 1 | 1])
_PREVIOUS = _REGISTERS & (_STATES - 1)
#: which of the four pairs of code bits each branch sends
_SYMBOL = _parity(_REGISTERS, GENERATORS[0]) << 1 | _parity(_REGISTERS, GENERATORS[1])


def convolutional_encode(bits: NDArray[np.int8]) -> NDArray[np.int8]:
    """Code bits, two for each bit; begins in state 0. Frames are rows; each should end with six zeros."""
    padded = np.pad(bits, ((0, 0), (MEMORY, 0)))
    length = bits.shape[1]
    coded = np.zeros((bits.shape[0], length, 2), dtype=np.int8)
    for column, generator in enumerate(GENERATORS):
        for delay in range(MEMORY + 1):
            # bit 6 of a generator belongs to the newest bit
            if generator >> (MEMORY - delay) & 1:
                coded[:, :, column] ^= padded[:, MEMORY - delay : MEMORY - delay + length]
    return coded.reshape(bits.shape[0], 2 * length)


def viterbi_decode(metrics: NDArray[np.float64]) -> NDArray[np.int8]:
    """The likeliest bits of frames that begin and end in state 0.

    Args:
        metrics: a row for each frame, for each code bit how much it looks like 0 (positive) or 1 (negative);
            ±1 for hard decisions.
    """
    frames, steps = metrics.shape[0], metrics.shape[1] // 2
    pairs = metrics.reshape(frames, steps, 2)
    signs = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    branches = np.einsum("fsb,kb->sfk", pairs, signs)
    survivors = np.empty((steps, frames, _STATES), dtype=np.bool_)
    gain = np.full((frames, _STATES), -np.inf)
    gain[:, 0] = 0.0
    for step in range(steps):
        even = gain[:, _PREVIOUS[0]] + branches[step][:, _SYMBOL[0]]
        odd = gain[:, _PREVIOUS[1]] + branches[step][:, _SYMBOL[1]]
        np.greater(odd, even, out=survivors[step])
        gain = np.maximum(even, odd)
    return _traced_back(survivors)


def _traced_back(survivors: NDArray[np.bool_]) -> NDArray[np.int8]:
    steps, frames, _ = survivors.shape
    bits = np.empty((frames, steps), dtype=np.int8)
    state = np.zeros(frames, dtype=np.int64)
    rows = np.arange(frames)
    for step in range(steps - 1, -1, -1):
        bits[:, step] = state >> (MEMORY - 1)
        state = (state << 1 & (_STATES - 1)) | survivors[step, rows, state]
    return bits


# ---- differential phase shift keying; the pilot is the first reference

CARRIERS = 96


def labels(bits: int, *, gray: bool) -> NDArray[np.int64]:
    """For each phase step 0 … 2^bits − 1, the bits that it stands for."""
    steps = np.arange(1 << bits)
    return steps ^ steps >> 1 if gray else steps


def modulate(bits: NDArray[np.int8], per_carrier: int, *, gray: bool) -> NDArray[np.complex128]:
    """Symbols of 97 carriers (pilot first) of unit energy; frames are rows, their bits fill whole symbols."""
    frames = bits.shape[0]
    weights = 1 << np.arange(per_carrier - 1, -1, -1)
    words = bits.reshape(frames, -1, CARRIERS, per_carrier) @ weights
    step_of = np.argsort(labels(per_carrier, gray=gray))
    phases = np.cumsum(step_of[words], axis=2)
    pilot = np.zeros((*phases.shape[:2], 1), dtype=phases.dtype)
    turns = np.concatenate([pilot, phases], axis=2) % (1 << per_carrier)
    unit = np.exp(2j * np.pi * np.arange(1 << per_carrier) / (1 << per_carrier))
    return np.asarray(unit[turns], dtype=np.complex128)


def differences(received: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Each carrier over the one before: what a differential receiver decides upon."""
    return received[..., 1:] * np.conj(received[..., :-1])


def soft_bits(steps: NDArray[np.complex128], per_carrier: int, *, gray: bool) -> NDArray[np.float64]:
    """Soft value of each bit, positive for 0: difference of the best phase steps of either kind."""
    count = 1 << per_carrier
    ideal = np.exp(-2j * np.pi * np.arange(count) / count)
    likeness = np.real(steps[..., None] * ideal)
    words = labels(per_carrier, gray=gray)
    columns = []
    for place in range(per_carrier - 1, -1, -1):
        ones = (words >> place & 1).astype(bool)
        columns.append(likeness[..., ~ones].max(axis=-1) - likeness[..., ones].max(axis=-1))
    return np.stack(columns, axis=-1).reshape(steps.shape[0], -1)


def hard_bits(steps: NDArray[np.complex128], per_carrier: int, *, gray: bool) -> NDArray[np.int8]:
    """The bits of the nearest phase steps."""
    count = 1 << per_carrier
    nearest = np.round(np.angle(steps) * count / (2 * np.pi)).astype(np.int64) % count
    words = labels(per_carrier, gray=gray)[nearest]
    places = np.arange(per_carrier - 1, -1, -1)
    return (words[..., None] >> places & 1).astype(np.int8).reshape(steps.shape[0], -1)


# ---- interleaving

_ROWS = 8

Order = NDArray[np.int64]


def _block(symbols: int, per_carrier: int, rng: Generator) -> Order:
    size = CARRIERS * per_carrier
    rows = _ROWS * per_carrier
    bit = np.arange(size)
    order = np.empty(size, dtype=np.int64)
    order[size // rows * (bit % rows) + bit // rows] = bit
    return order + size * np.arange(symbols)[:, None]


def _symbol(symbols: int, per_carrier: int, rng: Generator) -> Order:
    size = CARRIERS * per_carrier
    return rng.permuted(np.tile(np.arange(size), (symbols, 1)), axis=1) + size * np.arange(symbols)[:, None]


def _frame(symbols: int, per_carrier: int, rng: Generator) -> Order:
    return rng.permutation(symbols * CARRIERS * per_carrier)


INTERLEAVERS: dict[str, Callable[[int, int, Generator], Order]] = {
    "block": _block,
    "symbol": _symbol,
    "frame": _frame,
}


def order(kind: str, symbols: int, per_carrier: int, rng: Generator) -> Order:
    """For each place on the wire, the code bit that it carries.

    Args:
        kind: a key of `INTERLEAVERS`.
        symbols: of the frame.
        per_carrier: bits of a carrier.
        rng: for the random kinds.
    """
    return INTERLEAVERS[kind](symbols, per_carrier, rng).reshape(-1)


# ---- scrambler: x^7 + x^4 + 1 from all ones [M]


@cache
def _sequence() -> tuple[int, ...]:
    register = [1] * 7
    sequence = []
    for _ in range(127):
        bit = register[6] ^ register[3]
        sequence.append(bit)
        register = [bit, *register[:6]]
    return tuple(sequence)


def scrambled(bits: NDArray[np.int8], *, active: bool) -> NDArray[np.int8]:
    """The bits scrambled, or scrambled bits made plain again; unchanged unless `active`."""
    if not active:
        return bits
    return bits ^ np.resize(np.array(_sequence(), dtype=np.int8), bits.shape[1])


# ---- frames through white noise; preamble and header are ideal

_FLUSH_BITS = 8
_BATCH_BITS = 200_000


@dataclass(frozen=True, slots=True)
class Receiver:
    """Construction of a receiver.

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
    """Errors at one SNR."""

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


def simulate_frames(
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
    stream = scrambled(convolutional_encode(sent) if scheme.coded else sent, active=receiver.scramble)
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
    return _wrong(viterbi_decode(metrics)[:, : bits.shape[1]], bits)


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


# ---- Middleton's class A noise: the noise rises, the curve keeps its shape


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
