"""EA11: MISTY1, 8 rounds, 64-bit block, 128-bit key; key and block most significant byte first.

Names FI, FO, FL and the order of the sub-keys are those of the RFC. In FI the key enters once, between two
parts that know no key: ``FI(x, k) = AFTER[BEFORE[x] ^ k]``, two tables of 65,536 words made at first use. The
sub-keys of a key are laid out in the order in which two rounds take them, and kept per key. What this gains
is written down in ``docs/decisions/0011-fast-sts.md``.

Source: RFC 2994; IEC 62055-41:2018, 6.5.4.4
"""

from array import array
from functools import lru_cache
from operator import itemgetter
from struct import Struct

# The two substitution boxes of MISTY1: S7 as printed, S9 from its algebraic normal form.
#
# Source: RFC 2994, 2.3 (S7) and the designer's paper for the polynomials of S9 (M. Matsui, FSE 1997)

S7 = bytes(
    [
        27, 50, 51, 90, 59, 16, 23, 84, 91, 26, 114, 115, 107, 44, 102, 73,
        31, 36, 19, 108, 55, 46, 63, 74, 93, 15, 64, 86, 37, 81, 28, 4,
        11, 70, 32, 13, 123, 53, 68, 66, 43, 30, 65, 20, 75, 121, 21, 111,
        14, 85, 9, 54, 116, 12, 103, 83, 40, 10, 126, 56, 2, 7, 96, 41,
        25, 18, 101, 47, 48, 57, 8, 104, 95, 120, 42, 76, 100, 69, 117, 61,
        89, 72, 3, 87, 124, 79, 98, 60, 29, 33, 94, 39, 106, 112, 77, 58,
        1, 109, 110, 99, 24, 119, 35, 5, 38, 118, 0, 49, 45, 122, 127, 97,
        80, 34, 17, 6, 71, 22, 82, 78, 113, 62, 105, 67, 52, 92, 88, 125,
    ]
)  # fmt: skip
"""Substitution of 7 bits."""

_S9_CONSTANT = 0b111000011

_S9_POLYNOMIALS = (
    "04 05 15 16 26 27 37 38 48",
    "02 3 13 23 34 45 06 26 7 08 38 58",
    "01 13 4 04 24 34 45 06 56 17 37 8",
    "0 12 24 5 15 35 45 56 17 67 28 48",
    "1 03 23 05 35 6 26 46 56 67 28 78",
    "2 03 14 34 16 46 7 37 57 67 08 78",
    "01 3 14 25 45 27 57 8 08 48 68 78",
    "1 01 12 23 04 5 16 36 07 47 67 18",
    "0 01 12 4 05 25 36 56 07 08 38 68",
)
"""For each output bit, the input bits whose products are added: "04" is x0·x4, "3" is x3."""


def _masks(polynomial: str) -> list[int]:
    """For each product of a polynomial, the input bits that must all be set."""
    return [sum(1 << int(bit) for bit in term) for term in polynomial.split()]


_S9_MASKS = [_masks(polynomial) for polynomial in _S9_POLYNOMIALS]


def _s9(value: int) -> int:
    result = _S9_CONSTANT
    for place, masks in enumerate(_S9_MASKS):
        result ^= sum([value & mask == mask for mask in masks]) % 2 << place
    return result


S9 = tuple(_s9(value) for value in range(512))
"""Substitution of 9 bits."""


MISTY1_ROUNDS = 8
KEYS_REMEMBERED = 1024
WORDS = 1 << 16

_KEY_WORDS = Struct(">8H")

SubKeys = tuple[int, ...]
"""16 words: the 8 of the key, then the 8 that FI makes of each with its neighbour."""

Schedule = tuple[tuple[int, ...], ...]
"""For each pair of rounds, its 18 sub-keys in the order of use."""


@lru_cache(maxsize=1)
def fi_tables() -> tuple["array[int]", "array[int]"]:
    """Return the words that FI makes before the key enters, and after.

    Machine words in 128 KiB each: a list of 65,536 numbers would not stay in a processor's cache.
    """
    before, after = array("H", bytes(2 * WORDS)), array("H", bytes(2 * WORDS))
    for word in range(WORDS):
        nine = S9[word >> 7] ^ word & 0x7F
        before[word] = (S7[word & 0x7F] ^ nine & 0x7F) << 9 | nine
        seven = word >> 9
        after[word] = seven << 9 | S9[word & 0x1FF] ^ seven
    return before, after


def sub_keys(key: bytes) -> SubKeys:
    """Return the 16 words that all sub-keys are chosen from."""
    before, after = fi_tables()
    words = _KEY_WORDS.unpack(key)
    following = words[1:] + words[:1]
    return words + tuple([after[before[word] ^ other] for word, other in zip(words, following, strict=True)])


def fl_places(k: int) -> tuple[int, int]:
    """Places, of 16 words, that FL number `k` (0 to 9) ands and ors."""
    half = k // 2
    if k % 2 == 0:
        return half, (half + 6) % 8 + 8
    return (half + 2) % 8 + 8, (half + 4) % 8


def fo_places(k: int) -> tuple[int, ...]:
    """Places, of 16 words, of FO number `k` (0 to 7): before and inside each of three FI, and last."""
    return (
        k % 8,
        (k + 5) % 8 + 8,
        (k + 2) % 8,
        (k + 1) % 8 + 8,
        (k + 7) % 8,
        (k + 3) % 8 + 8,
        (k + 4) % 8,
    )


PAIR_PLACES = tuple(
    (*fl_places(k), *fl_places(k + 1), *fo_places(k), *fo_places(k + 1)) for k in range(0, MISTY1_ROUNDS, 2)
)
"""Places, of 16 words, that each pair of rounds takes, in the order of use."""

LAST_PLACES = (*fl_places(MISTY1_ROUNDS), *fl_places(MISTY1_ROUNDS + 1))
"""Places, of 16 words, that the two FL behind the last round take."""

_PICK_PAIRS = [itemgetter(*places) for places in PAIR_PLACES]
_PICK_LAST = itemgetter(*LAST_PLACES)


class BoundMisty1:
    """MISTY1 under one key.

    Args:
        key: 16 bytes.
    """

    __slots__ = ("_after", "_before", "_last", "_schedule")

    def __init__(self, key: bytes) -> None:
        words = sub_keys(key)
        self._schedule: Schedule = tuple([pick(words) for pick in _PICK_PAIRS])
        self._last: tuple[int, ...] = _PICK_LAST(words)
        self._before, self._after = fi_tables()

    def encrypt(self, block: int) -> int:
        """Encipher one 64-bit block: four words a, b (left half) and c, d (right half)."""
        before, after = self._before, self._after
        a, b, c, d = block >> 48, block >> 32 & 0xFFFF, block >> 16 & 0xFFFF, block & 0xFFFF
        for and1, or1, and2, or2, i1, j1, i2, j2, i3, j3, i4, m1, n1, m2, n2, m3, n3, m4 in self._schedule:
            b ^= a & and1
            a ^= b | or1
            d ^= c & and2
            c ^= d | or2
            left = after[before[a ^ i1] ^ j1] ^ b
            right = after[before[b ^ i2] ^ j2] ^ left
            d ^= after[before[left ^ i3] ^ j3] ^ right
            c ^= right ^ i4
            left = after[before[c ^ m1] ^ n1] ^ d
            right = after[before[d ^ m2] ^ n2] ^ left
            b ^= after[before[left ^ m3] ^ n3] ^ right
            a ^= right ^ m4
        and1, or1, and2, or2 = self._last
        b ^= a & and1
        a ^= b | or1
        d ^= c & and2
        c ^= d | or2
        return c << 48 | d << 32 | a << 16 | b

    def decrypt(self, block: int) -> int:
        """Decipher one 64-bit block: the same steps from the last to the first."""
        before, after = self._before, self._after
        c, d, a, b = block >> 48, block >> 32 & 0xFFFF, block >> 16 & 0xFFFF, block & 0xFFFF
        and1, or1, and2, or2 = self._last
        a ^= b | or1
        b ^= a & and1
        c ^= d | or2
        d ^= c & and2
        for pair in reversed(self._schedule):
            and1, or1, and2, or2, i1, j1, i2, j2, i3, j3, i4, m1, n1, m2, n2, m3, n3, m4 = pair
            left = after[before[c ^ m1] ^ n1] ^ d
            right = after[before[d ^ m2] ^ n2] ^ left
            b ^= after[before[left ^ m3] ^ n3] ^ right
            a ^= right ^ m4
            left = after[before[a ^ i1] ^ j1] ^ b
            right = after[before[b ^ i2] ^ j2] ^ left
            d ^= after[before[left ^ i3] ^ j3] ^ right
            c ^= right ^ i4
            a ^= b | or1
            b ^= a & and1
            c ^= d | or2
            d ^= c & and2
        return a << 48 | b << 32 | c << 16 | d


_remembered = lru_cache(maxsize=KEYS_REMEMBERED)(BoundMisty1)


class Misty1:
    """MISTY1; keys are 16 bytes, blocks 64-bit integers.

    >>> hex(Misty1().encrypt(bytes.fromhex("00112233445566778899aabbccddeeff"), 0x0123456789ABCDEF))
    '0x8b1da5f56ab3d07c'
    """

    ea = "11"

    def bound(self, key: bytes) -> BoundMisty1:
        """Return the cipher under one key; the newest keys are remembered."""
        return _remembered(key)

    def encrypt(self, key: bytes, block: int) -> int:
        """Encipher one 64-bit block under a 16-byte key."""
        return _remembered(key).encrypt(block)

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one 64-bit block under a 16-byte key."""
        return _remembered(key).decrypt(block)
