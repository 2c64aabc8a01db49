"""The 66 bits of a token and its 20 digits: the class bits are hidden inside the block.

Source: IEC 62055-41, 6.4.2 (class insertion) and IEC 62055-51, 6.2 (digits)
"""

from protocols.sts.errors import StsValueError, TokenFormatError

TOKEN_DIGITS = 20
TOKEN_MAX = (1 << 66) - 1
"""73786976294838206463: any larger number of 20 digits is no token."""

CLASS_SHIFT = 27
CLASS_MASK = 0b11 << CLASS_SHIFT


def insert_class(token_class: int, block: int) -> int:
    """Return 66 bits: block bits 28 and 27 move to the top, the class takes their place."""
    return (block & CLASS_MASK) >> CLASS_SHIFT << 64 | block & ~CLASS_MASK | token_class << CLASS_SHIFT


def extract_class(token66: int) -> tuple[int, int]:
    """Return the class and the 64-bit block of a 66-bit token."""
    block = token66 & (1 << 64) - 1 & ~CLASS_MASK | token66 >> 64 << CLASS_SHIFT
    return token66 >> CLASS_SHIFT & 0b11, block


def to_digits(token66: int) -> str:
    """Return the 20 decimal digits of a 66-bit token."""
    return str(token66).zfill(TOKEN_DIGITS)


def from_digits(digits: str) -> int:
    """Return the 66-bit token of 20 decimal digits.

    Raises:
        TokenFormatError: not 20 ASCII digits, or a value above 2^66-1.
    """
    if len(digits) != TOKEN_DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise TokenFormatError(
            f"a token has {TOKEN_DIGITS} decimal digits, not {len(digits)} characters {digits[:40]!r}"
        )
    value = int(digits)
    if value > TOKEN_MAX:
        raise TokenFormatError(f"{digits} is above 2^66-1, the largest token")
    return value


# Putting fields side by side into an integer, most significant first, and taking them out again.

CONTENT_BITS = 44
"""Bits of a token between its subclass and its CRC (IEC 62055-41, 6.2)."""


def check_width(name: str, value: int, bits: int) -> None:
    """Refuse a field value that does not fit its bits.

    Raises:
        StsValueError: negative, or too large.
    """
    if not 0 <= value < 1 << bits:
        raise StsValueError(f"{name} is 0 to {(1 << bits) - 1}, not {value}")


def pack_register(rnd: int, tid: int, value: int) -> int:
    """Return RND 4, TID 24 and a 16-bit value as 44 bits: the layout of every token with a TID."""
    return rnd << 40 | tid << 16 | value


def unpack_register(content44: int) -> tuple[int, int, int]:
    """Return RND, TID and the 16-bit value of 44 bits."""
    return content44 >> 40, content44 >> 16 & 0xFFFFFF, content44 & 0xFFFF


def check_register(rnd: int, tid: int) -> None:
    """Refuse an RND above 4 bits or a TID above 24.

    Raises:
        StsValueError: a field does not fit.
    """
    check_width("RND", rnd, 4)
    check_width("TID", tid, 24)
