"""EA07: the Standard Transfer Algorithm, 16 rounds of substitution and permutation, 64-bit block and key.

The text of the standard works nibble by nibble and bit by bit. Here one table look-up does a whole byte: for
each of the 8 byte places, for each of the 4 choices of substitution that two key nibbles make, the 256
substituted bytes *already permuted* into 64 bits. A round is then eight look-ups or-ed together; which tables
each round uses depends on the key only and is kept per key.

Source: IEC 62055-41, 6.5.4.3 (encryption) and 7.3.4 (decryption)
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from protocols.sts.errors import StsValueError, UnsupportedAlgorithmError

# The substitution and permutation tables of the STA: values read from a data file, to be replaced at will.
#
# Which files ship, and on what terms, is said in ``protocols/sts/cipher/data/NOTICE.md``.

DEFAULT_FILE = "sta_tables.toml"
SAMPLE_FILE = "sta_tables_sample.toml"


@dataclass(frozen=True, slots=True)
class StaTables:
    """Two substitutions of a nibble and a permutation of 64 bits.

    Args:
        substitution_1: used where the key nibble's top bit is 0.
        substitution_2: used where it is 1.
        permutation: where each bit goes; bit 0 is the least significant.

    Raises:
        StsValueError: a table is not a permutation of its indices.
    """

    substitution_1: tuple[int, ...]
    substitution_2: tuple[int, ...]
    permutation: tuple[int, ...]

    def __post_init__(self) -> None:
        for name, size in (("substitution_1", 16), ("substitution_2", 16), ("permutation", 64)):
            if sorted(getattr(self, name)) != list(range(size)):
                raise StsValueError(f"STA table {name} must hold each number from 0 to {size - 1} once")


def load_sta_tables(text: str) -> StaTables:
    """Read tables from the text of a TOML file with the three names of `StaTables`.

    Raises:
        StsValueError: not TOML, a table is missing, or a table is not a permutation.
    """
    try:
        content = tomllib.loads(text)
        return StaTables(
            *(tuple(content[name]) for name in ("substitution_1", "substitution_2", "permutation"))
        )
    except tomllib.TOMLDecodeError as error:
        raise StsValueError(f"the STA tables are not TOML: {error}") from error
    except KeyError as error:
        raise StsValueError(f"the file of STA tables has no {error.args[0]}") from error
    except TypeError as error:
        raise StsValueError("the STA tables must be lists of whole numbers") from error


@lru_cache(maxsize=2)
def _shipped(name: str) -> StaTables:
    try:
        text = (resources.files("protocols.sts.cipher") / "data" / name).read_text(encoding="utf-8")
    except OSError as error:  # an operator who must not hold the tables has taken the file away
        raise UnsupportedAlgorithmError(
            f"the STA tables are missing, so EA07 cannot be used: put {name} back, or use EA11"
        ) from error
    return load_sta_tables(text)


def default_sta_tables() -> StaTables:
    """Return the tables of the data file that EA07 uses.

    Raises:
        UnsupportedAlgorithmError: the file was taken away.
        StsValueError: the file holds no tables.
    """
    return _shipped(DEFAULT_FILE)


def sample_sta_tables() -> StaTables:
    """Return the sample tables that IEC 62055-41 prints: for its worked example only, no meter uses them."""
    return _shipped(SAMPLE_FILE)


STA_ROUNDS = 16
BLOCK_BITS = 64
_MASK = (1 << BLOCK_BITS) - 1

KEYS_REMEMBERED = 1024
"""Number of keys whose round tables are kept; each holds references only."""

ByteTable = tuple[int, ...]
"""256 results for one byte of the block, each a 64-bit word with the other bytes' bits at zero."""

Chooser = tuple[ByteTable, ...]
"""The byte table of one place for each of the 256 values of the working key's byte there."""

Round = tuple[ByteTable, ...]
"""The 8 byte tables of one round, least significant byte first."""

PLAIN = range(16)
_IDENTITY = range(BLOCK_BITS)


def _rotate_left(value: int, bits: int) -> int:
    return (value << bits | value >> BLOCK_BITS - bits) & _MASK


def byte_table(byte: int, low: Sequence[int], high: Sequence[int], permutation: Sequence[int]) -> ByteTable:
    """Table for the byte at place `byte`: its two nibbles substituted, then every bit moved."""
    moved = [1 << permutation[8 * byte + bit] for bit in range(8)]
    results = []
    for value in range(256):
        substituted = low[value & 15] | high[value >> 4] << 4
        results.append(sum(moved[bit] for bit in range(8) if substituted >> bit & 1))
    return tuple(results)


def _chooser(
    pair: tuple[Sequence[int], Sequence[int]], permutation: Sequence[int], key_bit: int
) -> tuple[Chooser, ...]:
    """For each byte place, the byte table that each of the 256 values of the key byte there chooses.

    Bit `key_bit` of each key nibble chooses from `pair` for the nibble of the block: four tables a place.
    """
    choosers = []
    for byte in range(8):
        four = [byte_table(byte, pair[choice & 1], pair[choice >> 1], permutation) for choice in range(4)]
        choosers.append(tuple(four[value >> key_bit & 1 | value >> key_bit + 3 & 2] for value in range(256)))
    return tuple(choosers)


def _select(choosers: tuple[Chooser, ...], working_key: int) -> Round:
    """The 8 tables of the round under a working key."""
    c0, c1, c2, c3, c4, c5, c6, c7 = choosers
    k0, k1, k2, k3, k4, k5, k6, k7 = working_key.to_bytes(8, "little")
    return c0[k0], c1[k1], c2[k2], c3[k3], c4[k4], c5[k5], c6[k6], c7[k7]


def _run(rounds: Sequence[Round], block: int) -> int:
    for t0, t1, t2, t3, t4, t5, t6, t7 in rounds:
        b0, b1, b2, b3, b4, b5, b6, b7 = block.to_bytes(8, "little")
        block = t0[b0] | t1[b1] | t2[b2] | t3[b3] | t4[b4] | t5[b5] | t6[b6] | t7[b7]
    return block


class BoundSta:
    """The STA under one key: the tables that each round uses, both ways.

    Args:
        encryption: rounds to encipher with.
        decryption: rounds to decipher with.
    """

    __slots__ = ("_decryption", "_encryption")

    def __init__(self, encryption: Sequence[Round], decryption: Sequence[Round]) -> None:
        self._encryption = encryption
        self._decryption = decryption

    def encrypt(self, block: int) -> int:
        """Encipher one 64-bit block."""
        return _run(self._encryption, block)

    def decrypt(self, block: int) -> int:
        """Decipher one 64-bit block."""
        return _run(self._decryption, block)


class Sta:
    """The STA over one set of tables; keys are 8 bytes, blocks 64-bit integers.

    >>> from protocols.sts.cipher.sta import sample_sta_tables
    >>> hex(Sta(sample_sta_tables()).encrypt(bytes.fromhex("0abc12def3456789"), 0x0B19EB230100C207))
    '0xc45ed1619406df95'
    """

    ea = "07"

    def __init__(self, tables: StaTables) -> None:
        substitutions = (tables.substitution_1, tables.substitution_2)
        back = tuple(tables.permutation.index(bit) for bit in range(BLOCK_BITS))
        inverse = tuple(tuple(table.index(value) for value in PLAIN) for table in substitutions)
        self._forward = _chooser(substitutions, tables.permutation, key_bit=3)
        # The meter's short form picks the inverse of table 2 on a 0 bit and of table 1 on a 1 bit.
        self._backward = _chooser((inverse[1], inverse[0]), back, key_bit=0)
        self._backward_last = _chooser((inverse[1], inverse[0]), _IDENTITY, key_bit=0)
        self._unpermute: Round = tuple(byte_table(byte, PLAIN, PLAIN, back) for byte in range(8))
        remember: Callable[[Callable[[bytes], list[Round]]], Callable[[bytes], list[Round]]]
        remember = lru_cache(maxsize=KEYS_REMEMBERED)
        self._encryption_rounds = remember(self._make_encryption_rounds)
        self._decryption_rounds = remember(self._make_decryption_rounds)

    def bound(self, key: bytes) -> BoundSta:
        """Return the cipher under one key."""
        return BoundSta(self._encryption_rounds(key), self._decryption_rounds(key))

    def encrypt(self, key: bytes, block: int) -> int:
        """Encipher one 64-bit block under an 8-byte key."""
        return _run(self._encryption_rounds(key), block)

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one 64-bit block under an 8-byte key."""
        return _run(self._decryption_rounds(key), block)

    def _make_encryption_rounds(self, key: bytes) -> list[Round]:
        """Complement the key, rotate it right by 12, then left by one before each further round."""
        working_key = _rotate_left(~int.from_bytes(key) & _MASK, BLOCK_BITS - 12)
        return [_select(self._forward, _rotate_left(working_key, n)) for n in range(STA_ROUNDS)]

    def _make_decryption_rounds(self, key: bytes) -> list[Round]:
        """The key as it is, rotated right by one before each further round.

        A decryption round permutes back and then substitutes. To keep one look-up a byte, the first
        permutation stands alone, every round's substitution is joined with the *next* round's permutation,
        and the last has none to join.
        """
        start = int.from_bytes(key)
        working_keys = [_rotate_left(start, (BLOCK_BITS - n) % BLOCK_BITS) for n in range(STA_ROUNDS)]
        joined = [_select(self._backward, working_key) for working_key in working_keys[:-1]]
        return [self._unpermute, *joined, _select(self._backward_last, working_keys[-1])]
