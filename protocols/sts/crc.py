"""The CRC-16 of tokens: polynomial 0x8005, reflected, started at FFFF, stored with its two bytes swapped.

Source: IEC 62055-41, 6.3.7
"""

_REFLECTED_POLYNOMIAL = 0xA001


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        register = byte
        for _ in range(8):
            register = register >> 1 ^ (_REFLECTED_POLYNOMIAL if register & 1 else 0)
        rows.append(register)
    return tuple(rows)


_TABLE = _table()


def crc16(data: bytes) -> int:
    """Return the CRC of `data` as it is stored in a token (bytes swapped).

    >>> hex(crc16(bytes.fromhex("000b19eb230100")))
    '0xc207'
    """
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return (register & 0xFF) << 8 | register >> 8


def token_crc(token_class: int, content48: int) -> int:
    """Return the CRC of a token: 2 bits of class, 48 of subclass and content, padded in front to 7 bytes."""
    return crc16((token_class << 48 | content48).to_bytes(7, "big"))


def currency_token_crc(token_class: int, content48: int) -> int:
    """Return CRC_C, of the currency credit tokens: the same 7 bytes followed by 01.

    Source: IEC 62055-41:2018, 6.3.21
    """
    return crc16((token_class << 48 | content48).to_bytes(7, "big") + b"\x01")
