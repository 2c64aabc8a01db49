"""Interleavers: which code bit goes where in a frame.

``block``: PRIME's own form over one symbol, rows of 8 bits for each bit of a carrier [M]; with it the curves
of SimPRIME come out best. ``symbol``: a random order within each symbol. ``frame``: a random order of the
whole frame, better than any real modem, because a differential error spoils two neighbours.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sim.plc_channel.phy.montecarlo.modulation import CARRIERS

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
