"""One shape for the ciphers, and the table that finds them by EA code."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from Crypto.Cipher import DES

from protocols.sts.cipher.misty1 import Misty1
from protocols.sts.cipher.sta import Sta, default_sta_tables
from protocols.sts.errors import UnsupportedAlgorithmError
from protocols.sts.keys import DecoderKey, check_ea

# EA09: the DEA (single DES), withdrawn; here only to read old tokens.
#
# No published vector was found: what is read is as good as the DES behind it, no better.
#
# Source: IEC 62055-41 (second edition), 6.5.4.2


class BoundDea:
    """The DEA under one key; it deciphers only.

    Args:
        key: 8 bytes; their parity bits are not looked at.
    """

    __slots__ = ("_des",)

    def __init__(self, key: bytes) -> None:
        self._des = DES.new(key, DES.MODE_ECB)  # noqa: S304 - EA09 is single DES

    def encrypt(self, block: int) -> int:
        """Refuse: no new token is made with a withdrawn algorithm.

        Raises:
            UnsupportedAlgorithmError: always.
        """
        raise UnsupportedAlgorithmError("EA09 (DEA) was withdrawn: its tokens are read, none is made")

    def decrypt(self, block: int) -> int:
        """Decipher one 64-bit block."""
        return int.from_bytes(self._des.decrypt(block.to_bytes(8)))


class Dea:
    """The DEA; keys are 8 bytes, blocks 64-bit integers; it deciphers only."""

    ea = "09"

    def bound(self, key: bytes) -> BoundDea:
        """Return the cipher under one key."""
        return BoundDea(key)

    def encrypt(self, key: bytes, block: int) -> int:
        """Refuse, as `BoundDea.encrypt` does.

        Raises:
            UnsupportedAlgorithmError: always.
        """
        return BoundDea(key).encrypt(block)

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one 64-bit block under an 8-byte key."""
        return BoundDea(key).decrypt(block)


class BoundCipher(Protocol):
    """A 64-bit block cipher under one key."""

    def encrypt(self, block: int) -> int:
        """Encipher one block."""

    def decrypt(self, block: int) -> int:
        """Decipher one block."""


class EncryptionAlgorithm(Protocol):
    """A 64-bit block cipher; blocks are integers whose bit 63 is the most significant."""

    @property
    def ea(self) -> str:
        """Two-digit EA code."""

    def bound(self, key: bytes) -> BoundCipher:
        """Return the cipher under one key, for many blocks."""

    def encrypt(self, key: bytes, block: int) -> int:
        """Encipher one block."""

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one block."""


_MAKERS: dict[str, Callable[[], EncryptionAlgorithm]] = {
    "07": lambda: Sta(default_sta_tables()),
    "09": Dea,
    "11": Misty1,
}


@lru_cache(maxsize=len(_MAKERS))
def encryption_algorithm(ea: str, *, decode_only: bool = False) -> EncryptionAlgorithm:
    """Return the shared cipher of an EA code; EA07 with the tables of the shipped data file.

    Another set of STA tables is used by making ``Sta(tables)`` and passing it where a cipher is taken.

    Args:
        ea: "07" or "11".
        decode_only: also take "09", which then reads tokens and makes none.

    Raises:
        UnsupportedAlgorithmError: EA09 without `decode_only`, or a code that is none.

    Source: IEC 62055-41:2018, 6.1.9
    """
    return _MAKERS[check_ea(ea, decode_only=decode_only)]()


def cipher_of(decoder_key: DecoderKey) -> EncryptionAlgorithm:
    """Return the shared cipher that a decoder key is for."""
    if decoder_key.decode_only:
        return encryption_algorithm(decoder_key.ea, decode_only=True)
    return encryption_algorithm(decoder_key.ea)
