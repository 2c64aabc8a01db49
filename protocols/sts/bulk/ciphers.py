"""The shapes of arrays that the batch takes, checked in one place."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from protocols.sts.cipher.misty1 import MISTY1_ROUNDS, fi_tables, fl_places, fo_places
from protocols.sts.cipher.sta import STA_ROUNDS, StaTables, byte_table, default_sta_tables
from protocols.sts.crc import COVERED_BYTES, crc_of_zeros, place_tables
from protocols.sts.errors import KeyMaterialError, StsValueError
from protocols.sts.keys import KEY_BYTES_BY_EA, check_ea

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


# EA11 over arrays: a block and a key in each row.
#
# The same two tables of FI as in `protocols.sts.cipher.misty1`, and the same places of the sub-keys.
#
# Source: RFC 2994

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


def encrypt_misty1(keys: Bytes, blocks: Words64) -> Words64:
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


# EA07 over arrays: a block and a key in each row.
#
# The same byte tables as in `protocols.sts.cipher.sta`, with the four choices of each byte place behind one
# another: the index is the choice (two bits of the key byte) in front of the byte.

_PLACES = 8
_LOW_CHOICE, _HIGH_CHOICE = np.uint64(0x0101010101010101), np.uint64(0x0202020202020202)
_KEY_BIT = 3
"""Bit of each key nibble that chooses the substitution when enciphering."""


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


def encrypt_sta(keys: Bytes, blocks: Words64, tables: StaTables | None = None) -> Words64:
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


# The CRC of tokens over arrays, by the same tables as the single path.

_CRC_PLACES: Words16 = np.array(place_tables(), np.uint16)
_ZEROS = crc_of_zeros()


def token_crcs(token_class: int, content48: Words64) -> Words64:
    """Return the CRC of each token of one class.

    Source: IEC 62055-41, 6.3.7
    """
    octets = content48.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)
    register = np.full(content48.size, _ZEROS ^ int(_CRC_PLACES[0, token_class]), np.uint16)
    for place in range(1, COVERED_BYTES):
        register ^= _CRC_PLACES[place].take(octets[:, COVERED_BYTES - 1 - place])
    return register.astype(np.uint64)
