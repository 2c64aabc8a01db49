"""EA11 over arrays: a block and a key in each row.

The same two tables of FI as in `protocols.sts.cipher.misty1`, and the same places of the sub-keys.

Source: RFC 2994
"""

from functools import lru_cache

import numpy as np

from protocols.sts.batch.arrays import Bytes, Words16, Words64
from protocols.sts.cipher.misty1 import MISTY1_ROUNDS, fi_tables, fl_places, fo_places

_WORDS_OF_KEY = 8


@lru_cache(maxsize=1)
def _fi_tables() -> tuple[Words16, Words16]:
    before, after = fi_tables()
    return np.frombuffer(before, np.uint16), np.frombuffer(after, np.uint16)


def _fi(words: Words16, sub_key: Words16) -> Words16:
    before, after = _fi_tables()
    return after.take(before.take(words) ^ sub_key)


def _sub_keys(keys: Bytes) -> list[Words16]:
    """The 16 words that all sub-keys are chosen from, each for every row."""
    words = list(np.ascontiguousarray(keys.view(">u2").astype(np.uint16).T))
    return words + [_fi(words[n], words[(n + 1) % _WORDS_OF_KEY]) for n in range(_WORDS_OF_KEY)]


def _fl(left: Words16, right: Words16, sub_keys: list[Words16], k: int) -> None:
    """FL number `k` on the halves of a word, in place."""
    and_place, or_place = fl_places(k)
    right ^= left & sub_keys[and_place]
    left ^= right | sub_keys[or_place]


def _fo(left: Words16, right: Words16, sub_keys: list[Words16], k: int) -> tuple[Words16, Words16]:
    """FO number `k` of the halves of a word."""
    i1, j1, i2, j2, i3, j3, i4 = (sub_keys[place] for place in fo_places(k))
    first = _fi(left ^ i1, j1) ^ right
    second = _fi(right ^ i2, j2) ^ first
    return second ^ i4, _fi(first ^ i3, j3) ^ second


def encrypt_many(keys: Bytes, blocks: Words64) -> Words64:
    """Encipher each block under the key in its row; a single row of key serves all.

    Args:
        keys: n or 1 rows of 16 bytes.
        blocks: n blocks.
    """
    sub_keys = _sub_keys(keys)
    # Four words of each block, most significant first, each in an array of its own.
    a, b, c, d = np.ascontiguousarray(blocks.astype("<u8").view(np.uint16).reshape(-1, 4).T[::-1])
    for k in range(0, MISTY1_ROUNDS, 2):
        _fl(a, b, sub_keys, k)
        _fl(c, d, sub_keys, k + 1)
        left, right = _fo(a, b, sub_keys, k)
        c ^= left
        d ^= right
        left, right = _fo(c, d, sub_keys, k + 1)
        a ^= left
        b ^= right
    _fl(a, b, sub_keys, MISTY1_ROUNDS)
    _fl(c, d, sub_keys, MISTY1_ROUNDS + 1)
    result = np.empty((blocks.size, 4), "<u2")
    for place, word in enumerate((b, a, d, c)):
        result[:, place] = word
    return result.view("<u8").ravel().astype(np.uint64, copy=False)
