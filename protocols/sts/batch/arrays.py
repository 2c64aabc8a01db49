"""The shapes of arrays that the batch takes, checked in one place."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from protocols.sts.errors import KeyMaterialError, StsValueError
from protocols.sts.keys.values import KEY_BYTES_BY_EA, check_ea

Words16 = npt.NDArray[np.uint16]
Words64 = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Field = int | Sequence[int] | npt.NDArray[np.integer]
"""One value for all tokens, or one for each."""

CHUNK = 1 << 13
"""Tokens that are worked on together: their intermediate words then stay in a processor's cache."""


def field(name: str, values: Field, count: int, highest: int) -> Words64:
    """Return one unsigned value for each of `count` tokens.

    Raises:
        StsValueError: not whole numbers, another count, or a value outside 0 to `highest`.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "iu" or array.shape not in ((), (count,)):
        raise StsValueError(f"{name} must be a whole number, or one for each of the {count} tokens")
    if array.size and not (int(array.min()) >= 0 and int(array.max()) <= highest):
        raise StsValueError(f"{name} is 0 to {highest} in every token of a batch")
    return np.broadcast_to(array, (count,)).astype(np.uint64)


def key_array(keys: npt.NDArray[np.uint8] | bytes, ea: str) -> Bytes:
    """Return decoder keys as rows of bytes; the bytes of one key give one row.

    Raises:
        KeyMaterialError: rows of another length than the algorithm takes.
        UnsupportedAlgorithmError: an algorithm that makes no tokens.
    """
    width = KEY_BYTES_BY_EA[check_ea(ea)]
    rows = np.frombuffer(keys, np.uint8)[None, :] if isinstance(keys, bytes) else np.asarray(keys)
    if rows.dtype != np.uint8 or rows.ndim != 2 or rows.shape[1] != width:
        raise KeyMaterialError(f"keys for EA{ea} are an array of bytes with {width} in each row")
    return np.ascontiguousarray(rows)
