"""From blocks to digits over arrays: class bits hidden, 66 bits written as 20 decimal digits.

66 bits do not fit a machine word, so the number is taken apart as ``high * 10^10 + low``: the two bits above
the word add a constant to each half.
"""

from functools import lru_cache

import numpy as np

from protocols.sts.batch.arrays import Bytes, Words64
from protocols.sts.token.carrier import CLASS_MASK, CLASS_SHIFT, TOKEN_DIGITS

_HALF = 10**10
_GROUP = 10**4
_GROUP_DIGITS = 4
_GROUPS = TOKEN_DIGITS // _GROUP_DIGITS
_ASCII_ZERO = 48

_HIGH_OF_TOP = np.array([(top << 64) // _HALF for top in range(4)], np.uint64)
_LOW_OF_TOP = np.array([(top << 64) % _HALF for top in range(4)], np.uint64)


@lru_cache(maxsize=1)
def _digits_of_groups() -> Bytes:
    """The four digits of each number below 10,000."""
    numbers = np.arange(_GROUP)
    return np.stack([numbers // 10**place % 10 for place in (3, 2, 1, 0)], axis=1).astype(np.uint8)


def token_digits(token_class: int, blocks: Words64) -> Bytes:
    """Return the 20 digits of each token, one row of numbers 0 to 9 for each block.

    Args:
        token_class: 0 to 3, hidden in bits 28 and 27.
        blocks: 64-bit blocks, enciphered where the class asks for it.

    Source: IEC 62055-41, 6.4.2; IEC 62055-51, 6.2
    """
    mask, shift = np.uint64(CLASS_MASK), np.uint64(CLASS_SHIFT)
    top = ((blocks & mask) >> shift).astype(np.intp)
    words = blocks & ~mask | np.uint64(token_class << CLASS_SHIFT)
    high, low = np.divmod(words, np.uint64(_HALF))
    low += _LOW_OF_TOP.take(top)
    carry = low >= _HALF
    high += _HIGH_OF_TOP.take(top) + carry
    low -= carry * np.uint64(_HALF)
    return _split(high, low)


def _split(high: Words64, low: Words64) -> Bytes:
    """Two halves of ten digits, high * 10^10 + low, as five groups of four digits."""
    group, hundred = np.uint64(_GROUP), np.uint64(100)
    groups = np.empty((high.size, _GROUPS), np.uint64)
    high_left, low_left = high // hundred, low // group
    groups[:, 0], groups[:, 1] = np.divmod(high_left, group)
    low_top = low_left // group
    groups[:, 2] = (high - high_left * hundred) * hundred + low_top
    groups[:, 3] = low_left - low_top * group
    groups[:, 4] = low - low_left * group
    packed = _digits_of_groups().view(np.uint32).ravel().take(groups.astype(np.intp))
    return packed.view(np.uint8)


def as_text(digits: Bytes) -> list[str]:
    """Return rows of digits as text, 20 characters each.

    >>> import numpy as np
    >>> as_text(np.array([[0, 1, 2, 3, 4] * 4], np.uint8))
    ['01234012340123401234']
    """
    rows = np.ascontiguousarray(digits + np.uint8(_ASCII_ZERO)).tobytes().decode("ascii")
    return [rows[at : at + TOKEN_DIGITS] for at in range(0, len(rows), TOKEN_DIGITS)]
