"""The CRC-16 of tokens: polynomial 0x8005, reflected, started at FFFF, stored with its two bytes swapped.

A CRC is linear: what a byte adds to the result depends on the byte and on its place only. Tokens always have
seven bytes, so seven tables of 256 entries replace the loop.

Source: IEC 62055-41, 6.3.7
"""

from itertools import accumulate, repeat

_REFLECTED_POLYNOMIAL = 0xA001
COVERED_BYTES = 7
"""Six zero bits, class 2, subclass 4, content 44."""

CURRENCY_TAIL = b"\x01"
"""Octets that CRC_C covers behind the seven bytes."""

Places = tuple[tuple[int, ...], ...]
"""For each of the seven places, what each of the 256 values adds to the stored CRC."""


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        register = byte
        for _ in range(8):
            register = register >> 1 ^ (_REFLECTED_POLYNOMIAL if register & 1 else 0)
        rows.append(register)
    return tuple(rows)


_TABLE = _table()


def _swapped(register: int) -> int:
    return (register & 0xFF) << 8 | register >> 8


def crc16(data: bytes) -> int:
    """Return the CRC of `data` as it is stored in a token (bytes swapped).

    >>> hex(crc16(bytes.fromhex("000b19eb230100")))
    '0xc207'
    """
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return _swapped(register)


def place_tables(tail: bytes = b"") -> Places:
    """Return what each byte adds at each of the seven places in front of `tail` to `crc_of_zeros(tail)`."""

    def shifted(rows: tuple[int, ...], _: None) -> tuple[int, ...]:
        return tuple(row >> 8 ^ _TABLE[row & 0xFF] for row in rows)

    from_the_end = list(accumulate(repeat(None, COVERED_BYTES + len(tail) - 1), shifted, initial=_TABLE))
    return tuple(tuple(map(_swapped, rows)) for rows in reversed(from_the_end[len(tail) :]))


def crc_of_zeros(tail: bytes = b"") -> int:
    """Return the stored CRC of seven zero bytes and `tail`."""
    return crc16(bytes(COVERED_BYTES) + tail)


_ZEROS, _CURRENCY_ZEROS = crc_of_zeros(), crc_of_zeros(CURRENCY_TAIL)
_CLASS, _BYTE_5, _BYTE_4, _BYTE_3, _BYTE_2, _BYTE_1, _BYTE_0 = place_tables()
_CURRENCY_PLACES = place_tables(CURRENCY_TAIL)


def token_crc(token_class: int, content48: int) -> int:
    """Return the CRC of a token: 2 bits of class, 48 of subclass and content, padded in front to 7 bytes."""
    b5, b4, b3, b2, b1, b0 = content48.to_bytes(6)
    # Written out: this is a tenth of the time that a token takes.
    high = _ZEROS ^ _CLASS[token_class] ^ _BYTE_5[b5] ^ _BYTE_4[b4]
    return high ^ _BYTE_3[b3] ^ _BYTE_2[b2] ^ _BYTE_1[b1] ^ _BYTE_0[b0]


def currency_token_crc(token_class: int, content48: int) -> int:
    """Return CRC_C, of the currency credit tokens: the same 7 bytes followed by 01.

    Source: IEC 62055-41:2018, 6.3.21
    """
    register = _CURRENCY_ZEROS ^ _CURRENCY_PLACES[0][token_class]
    for table, byte in zip(_CURRENCY_PLACES[1:], content48.to_bytes(6), strict=True):
        register ^= table[byte]
    return register
