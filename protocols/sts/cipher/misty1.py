"""EA11: MISTY1, 8 rounds, 64-bit block, 128-bit key; key and block most significant byte first.

Names FI, FO, FL and the order of the sub-keys are those of the RFC.

Source: RFC 2994; IEC 62055-41:2018, 6.5.4.4
"""

from functools import lru_cache

from protocols.sts.cipher.misty1_tables import S7, S9

ROUNDS = 8
KEYS_REMEMBERED = 1024

SubKeys = tuple[int, ...]
"""16 words: the 8 of the key, then the 8 that FI makes of each with its neighbour."""


def _fi(word: int, sub_key: int) -> int:
    nine, seven = word >> 7, word & 0x7F
    nine = S9[nine] ^ seven
    seven = S7[seven] ^ nine & 0x7F ^ sub_key >> 9
    nine = S9[nine ^ sub_key & 0x1FF] ^ seven
    return seven << 9 | nine


@lru_cache(maxsize=KEYS_REMEMBERED)
def _sub_keys(key: bytes) -> SubKeys:
    words = [int.from_bytes(key[at : at + 2]) for at in range(0, 16, 2)]
    return (*words, *(_fi(words[n], words[(n + 1) % 8]) for n in range(8)))


def _fo(half: int, keys: SubKeys, k: int) -> int:
    left, right = half >> 16, half & 0xFFFF
    left = _fi(left ^ keys[k], keys[(k + 5) % 8 + 8]) ^ right
    right = _fi(right ^ keys[(k + 2) % 8], keys[(k + 1) % 8 + 8]) ^ left
    left = _fi(left ^ keys[(k + 7) % 8], keys[(k + 3) % 8 + 8]) ^ right
    return (right ^ keys[(k + 4) % 8]) << 16 | left


def _fl_keys(keys: SubKeys, k: int) -> tuple[int, int]:
    """The two sub-keys of FL number `k`: one to and, one to or."""
    half = k // 2
    if k % 2 == 0:
        return keys[half], keys[(half + 6) % 8 + 8]
    return keys[(half + 2) % 8 + 8], keys[(half + 4) % 8]


def _fl(half: int, keys: SubKeys, k: int) -> int:
    and_key, or_key = _fl_keys(keys, k)
    left, right = half >> 16, half & 0xFFFF
    right ^= left & and_key
    left ^= right | or_key
    return left << 16 | right


def _fl_inverse(half: int, keys: SubKeys, k: int) -> int:
    and_key, or_key = _fl_keys(keys, k)
    left, right = half >> 16, half & 0xFFFF
    left ^= right | or_key
    right ^= left & and_key
    return left << 16 | right


class Misty1:
    """MISTY1; keys are 16 bytes, blocks 64-bit integers.

    >>> hex(Misty1().encrypt(bytes.fromhex("00112233445566778899aabbccddeeff"), 0x0123456789ABCDEF))
    '0x8b1da5f56ab3d07c'
    """

    ea = "11"

    def encrypt(self, key: bytes, block: int) -> int:
        """Encipher one 64-bit block under a 16-byte key."""
        keys = _sub_keys(key)
        left, right = block >> 32, block & 0xFFFFFFFF
        for k in range(0, ROUNDS, 2):
            left, right = _fl(left, keys, k), _fl(right, keys, k + 1)
            right ^= _fo(left, keys, k)
            left ^= _fo(right, keys, k + 1)
        left, right = _fl(left, keys, ROUNDS), _fl(right, keys, ROUNDS + 1)
        return right << 32 | left

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one 64-bit block under a 16-byte key."""
        keys = _sub_keys(key)
        right, left = block >> 32, block & 0xFFFFFFFF
        left, right = _fl_inverse(left, keys, ROUNDS), _fl_inverse(right, keys, ROUNDS + 1)
        for k in range(ROUNDS - 2, -1, -2):
            left ^= _fo(right, keys, k + 1)
            right ^= _fo(left, keys, k)
            left, right = _fl_inverse(left, keys, k), _fl_inverse(right, keys, k + 1)
        return left << 32 | right
