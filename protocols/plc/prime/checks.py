"""The two check sequences of PRIME.

Both are computed with the subnetwork's address in front, so that a neighbouring subnetwork's frame fails.
The polynomials, their zero start and what they cover are from memory of the standard [M].
"""

import zlib

_CRC8_POLYNOMIAL = 0x07  # x^8 + x^2 + x + 1
_HIGH_BIT, _OCTET = 0x80, 0xFF
_ALL_ONES = 0xFFFFFFFF


def _crc8_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1 ^ _CRC8_POLYNOMIAL if value & _HIGH_BIT else value << 1) & _OCTET
        table.append(value)
    return tuple(table)


_CRC8 = _crc8_table()
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def crc8(data: bytes) -> int:
    """CRC-8 of `data`, polynomial 0x07, from zero.

    >>> hex(crc8(b"123456789"))
    '0xf4'
    """
    remainder = 0
    for octet in data:
        remainder = _CRC8[remainder ^ octet]
    return remainder


def crc32(data: bytes) -> int:
    """CRC-32 of `data`, polynomial 0x04C11DB7, from zero, neither reflected nor inverted.

    >>> hex(crc32(b"123456789"))
    '0x89a1897f'
    """
    # zlib's is the reflected, inverted form of the same polynomial: mirror the octets, start from its zero
    reflected = zlib.crc32(data.translate(_MIRRORED), _ALL_ONES) ^ _ALL_ONES
    return int.from_bytes(reflected.to_bytes(4, "little").translate(_MIRRORED), "big")


def header_check(sna: bytes, header: bytes) -> int:
    """The HCS of the two octets of a generic header in the subnetwork `sna` (six octets)."""
    return crc8(sna + header)


def frame_check(sna: bytes, frame: bytes) -> bytes:
    """The four octets that close a GPDU: over the subnetwork's address and the frame before them."""
    return crc32(sna + frame).to_bytes(4, "big")
