"""Differential phase shift keying from carrier to carrier; the pilot is the first reference."""

import numpy as np
from numpy.typing import NDArray

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
    """How much each bit looks like 0 (positive) or 1: difference of the best phase steps of either kind."""
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
