"""A PIN without the PIN: what the office stores and the terminal compares.

A PIN of four digits falls to anybody who holds the pack and a computer for an afternoon: this only keeps it
from being read over a shoulder. What guards the money is the counter's limit.
"""

import hashlib
import hmac

SALT_OCTETS = 16
VERIFIER_OCTETS = 32
DEFAULT_COST = 14
"""log2 of scrypt's N: 16 MiB and some 50 ms."""

_BLOCK_R = 8


def verifier(pin: str, salt: bytes, cost: int = DEFAULT_COST) -> bytes:
    """Verifier of a PIN, 32 octets.

    Args:
        pin: as it is typed.
        salt: 16 random octets, of this user alone.
        cost: log2 of scrypt's N, 4 to 17.
    """
    memory = 128 * _BLOCK_R * (1 << cost) + (1 << 20)
    return hashlib.scrypt(
        pin.encode("utf-8"),
        salt=salt,
        n=1 << cost,
        r=_BLOCK_R,
        p=1,
        maxmem=memory,
        dklen=VERIFIER_OCTETS,
    )


def fits(pin: str, salt: bytes, expected: bytes, cost: int = DEFAULT_COST) -> bool:
    """True if a PIN is the one of a verifier."""
    return hmac.compare_digest(verifier(pin, salt, cost), expected)
