"""The convolutional code of PRIME: rate 1/2, K = 7, generators 171 and 133 octal; Viterbi in NumPy.

Many frames at once: each step of the decoder works on all frames and all 64 states.

>>> import numpy as np
>>> bits = np.array([[1, 0, 1, 1, 0, 0, 0, 0, 0, 0]], dtype=np.int8)
>>> decode(1.0 - 2.0 * encode(bits)).tolist() == bits.tolist()
True
"""

import numpy as np
from numpy.typing import NDArray

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


def encode(bits: NDArray[np.int8]) -> NDArray[np.int8]:
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


def decode(metrics: NDArray[np.float64]) -> NDArray[np.int8]:
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
