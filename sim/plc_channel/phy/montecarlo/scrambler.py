"""The scrambler: exclusive or with a sequence of period 127, x^7 + x^4 + 1 from all ones [M]."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


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
