# SPDX-License-Identifier: MIT
"""Fields that scapy has not: A-XDR lengths, HDLC addresses, and the check sequence of HDLC."""

from typing import Any

from scapy.fields import Field

_POLYNOMIAL = 0x8408
_SHORT_FORM_MAX = 0x7F


def check_sequence(raw: bytes) -> bytes:
    """CRC-16/X-25, bit by bit on purpose: it shares nothing with the product's. Low octet first."""
    crc = 0xFFFF
    for octet in raw:
        crc ^= octet
        for _ in range(8):
            crc = (crc >> 1) ^ _POLYNOMIAL if crc & 1 else crc >> 1
    return (crc ^ 0xFFFF).to_bytes(2, "little")


def encode_length(value: int) -> bytes:
    """A definite length: one octet to 127, then a count of octets and the octets."""
    if value <= _SHORT_FORM_MAX:
        return bytes((value,))
    octets = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


class LengthField(Field):
    """A definite length; None stands for the length or the number of elements of field `of`."""

    __slots__ = ("of",)

    def __init__(self, name: str, of: str) -> None:
        super().__init__(name, None, "B")
        self.of = of

    def addfield(self, pkt: Any, s: bytes, val: int | None) -> bytes:
        """Append the length."""
        if val is None:
            content = pkt.getfieldval(self.of)
            val = len(content) if isinstance(content, list) else len(bytes(content))
        return s + encode_length(val)

    def getfield(self, pkt: Any, s: bytes) -> tuple[bytes, int]:
        """Take the length off."""
        first = s[0]
        if first <= _SHORT_FORM_MAX:
            return s[1:], first
        octets = first & 0x7F
        return s[1 + octets :], int.from_bytes(s[1 : 1 + octets], "big")

    def i2m(self, pkt: Any, x: int | None) -> int:
        """The value itself."""
        return 0 if x is None else x


class AddressField(Field):
    """An HDLC address as its octets: the last one has its least significant bit set."""

    def __init__(self, name: str, default: bytes) -> None:
        super().__init__(name, default, "s")

    def addfield(self, pkt: Any, s: bytes, val: bytes) -> bytes:
        """Append the octets."""
        return s + bytes(val)

    def getfield(self, pkt: Any, s: bytes) -> tuple[bytes, bytes]:
        """Take the octets off, eight at most."""
        end = next((i + 1 for i, octet in enumerate(s[:8]) if octet & 1), min(8, len(s)))
        return s[end:], s[:end]

    def i2repr(self, pkt: Any, x: bytes) -> str:
        """In hexadecimal."""
        return bytes(x).hex()
