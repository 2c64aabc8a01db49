"""Putting fields side by side into an integer, most significant first, and taking them out again."""

from protocols.sts.errors import StsValueError

CONTENT_BITS = 44
"""What a token carries between its subclass and its CRC (IEC 62055-41, 6.2)."""


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
