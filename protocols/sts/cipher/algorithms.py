"""One shape for both ciphers, and the table that finds them by EA code."""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from protocols.sts.cipher.misty1 import Misty1
from protocols.sts.cipher.sta import Sta
from protocols.sts.cipher.sta_tables import default_sta_tables
from protocols.sts.keys.values import check_ea


class EncryptionAlgorithm(Protocol):
    """A 64-bit block cipher; blocks are integers whose bit 63 is the most significant."""

    @property
    def ea(self) -> str:
        """Two-digit EA code."""

    def encrypt(self, key: bytes, block: int) -> int:
        """Encipher one block."""

    def decrypt(self, key: bytes, block: int) -> int:
        """Decipher one block."""


_MAKERS: dict[str, Callable[[], EncryptionAlgorithm]] = {
    "07": lambda: Sta(default_sta_tables()),
    "11": Misty1,
}


@lru_cache(maxsize=len(_MAKERS))
def encryption_algorithm(ea: str) -> EncryptionAlgorithm:
    """Return the shared cipher of an EA code; EA07 with the tables of the shipped data file.

    Another set of STA tables is used by making ``Sta(tables)`` and passing it where a cipher is taken.

    Raises:
        UnsupportedAlgorithmError: EA09, or a code that is none.

    Source: IEC 62055-41:2018, 6.1.9
    """
    return _MAKERS[check_ea(ea)]()
