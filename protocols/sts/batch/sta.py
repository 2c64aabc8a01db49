"""EA07 over arrays: a block and a key in each row.

The same byte tables as in `protocols.sts.cipher.sta`, with the four choices of each byte place behind one
another: the index is the choice (two bits of the key byte) in front of the byte.
"""

from functools import lru_cache

import numpy as np

from protocols.sts.batch.arrays import Bytes, Words64
from protocols.sts.cipher.sta import STA_ROUNDS, byte_table
from protocols.sts.cipher.sta_tables import StaTables, default_sta_tables

_PLACES = 8
_LOW_CHOICE, _HIGH_CHOICE = np.uint64(0x0101010101010101), np.uint64(0x0202020202020202)
_KEY_BIT = 3
"""Which bit of each key nibble chooses the substitution when enciphering."""


@lru_cache(maxsize=4)
def _tables(tables: StaTables) -> Words64:
    """For each of the 8 byte places, 1024 words: the choice in bits 9 and 8, the byte below."""
    pair = (tables.substitution_1, tables.substitution_2)
    rows = [
        [byte_table(place, pair[choice & 1], pair[choice >> 1], tables.permutation) for choice in range(4)]
        for place in range(_PLACES)
    ]
    return np.array(rows, np.uint64).reshape(_PLACES, 4 * 256)


def _rotated(keys: Words64, left: int) -> Words64:
    return keys << np.uint64(left) | keys >> np.uint64(64 - left) if left else keys


def _choices(working_keys: Words64) -> Words64:
    """In each byte of the key, the two bits that choose a table, moved to its bits 1 and 0."""
    low = working_keys >> np.uint64(_KEY_BIT) & _LOW_CHOICE
    return low | working_keys >> np.uint64(_KEY_BIT + 3) & _HIGH_CHOICE


def _by_place(words: Words64) -> Bytes:
    """The bytes of each word, least significant place first, one row for each place."""
    return words.astype("<u8", copy=False).view(np.uint8).reshape(-1, _PLACES).T


def encrypt_many(keys: Bytes, blocks: Words64, tables: StaTables | None = None) -> Words64:
    """Encipher each block under the key in its row; a single row of key serves all.

    Args:
        keys: n or 1 rows of 8 bytes.
        blocks: n blocks.
        tables: STA tables in place of the shipped ones.
    """
    places = _tables(tables or default_sta_tables())
    working = _rotated(~keys.view(">u8").ravel().astype(np.uint64), 64 - 12)
    index = np.empty((_PLACES, blocks.size), "<u2")
    lanes = index.view(np.uint8).reshape(_PLACES, blocks.size, 2)
    for n in range(STA_ROUNDS):
        lanes[:, :, 1] = _by_place(_choices(_rotated(working, n)))
        lanes[:, :, 0] = _by_place(blocks)
        blocks = places[0].take(index[0])
        for place in range(1, _PLACES):
            blocks |= places[place].take(index[place])
    return blocks
