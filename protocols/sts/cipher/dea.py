"""EA09: the DEA (single DES), withdrawn; here only to read old tokens.

No published vector was found: what is read is as good as the DES behind it, no better.

Source: IEC 62055-41 (second edition), 6.5.4.2
"""

from Crypto.Cipher import DES

from protocols.sts.errors import UnsupportedAlgorithmError


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
