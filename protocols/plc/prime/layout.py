"""Fields of so many bits, most significant first: a PDU is a table of them.

>>> layout = Layout("T", Field("kind", 2), Field("", 3), Field("level", 11))
>>> layout.pack((2, 5)).hex()
'8005'
>>> layout.unpack(bytes.fromhex("8005"))
(2, 5)
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from protocols.plc.errors import PduError, PlcValueError

_OCTET = 8


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a PDU.

    Args:
        name: attribute of the value type; empty for reserved bits (sent as zero, ignored on receipt).
        bits: its width.
        tag: confidence: E exact, M from memory of the standard.
        meaning: one line.
    """

    name: str
    bits: int
    tag: str = "E"
    meaning: str = ""


class Layout:
    """A fixed sequence of fields, a whole number of octets.

    Args:
        title: prefix of the fields in messages, for example ``REG``.
        fields: from the first bit on the wire.
    """

    __slots__ = ("cells", "fields", "octets", "title")

    def __init__(self, title: str, *fields: Field) -> None:
        bits = sum(field.bits for field in fields)
        if bits % _OCTET:
            raise PlcValueError(f"{title} has {bits} bits, not whole octets")
        self.title = title
        self.fields = fields
        self.octets = bits // _OCTET
        #: of each named field: name, shift, mask
        self.cells: list[tuple[str, int, int]] = []
        for field in fields:
            bits -= field.bits
            if field.name:
                self.cells.append((field.name, bits, (1 << field.bits) - 1))

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that carry something."""
        return tuple(name for name, _, _ in self.cells)

    def pack(self, values: Sequence[int]) -> bytes:
        """The octets of `values`, one for each named field.

        Raises:
            PlcValueError: a value does not fit its field.
        """
        word = 0
        for (name, shift, mask), value in zip(self.cells, values, strict=True):
            if not 0 <= value <= mask:
                raise PlcValueError(f"{self.title}.{name} must be 0 to {mask}, not {value}")
            word |= value << shift
        return word.to_bytes(self.octets, "big")

    def unpack(self, data: bytes) -> tuple[int, ...]:
        """The values of the named fields at the beginning of `data`.

        Raises:
            PduError: `data` is too short.
        """
        if len(data) < self.octets:
            raise PduError(self.title, f"{len(data)} octets, {self.octets} needed")
        word = int.from_bytes(data[: self.octets], "big")
        return tuple([word >> shift & mask for _, shift, mask in self.cells])


class Packed:
    """A value type whose attributes are the named fields of its `LAYOUT`, in that order."""

    __slots__ = ()
    LAYOUT: ClassVar[Layout]

    def encode(self) -> bytes:
        """Its octets.

        Raises:
            PlcValueError: an attribute does not fit its field.
        """
        return self.LAYOUT.pack([getattr(self, name) for name, _, _ in self.LAYOUT.cells])

    @classmethod
    def decode_head(cls, data: bytes) -> tuple[Self, bytes]:
        """The value at the beginning of `data`, and what follows it; PduError if short."""
        return cls(*cls.LAYOUT.unpack(data)), data[cls.LAYOUT.octets :]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The value in exactly these octets.

        Raises:
            PduError: there are more or fewer octets than the layout has.
        """
        exact(cls.LAYOUT, data)
        return cls(*cls.LAYOUT.unpack(data))


def exact(layout: Layout, data: bytes) -> None:
    """Raise PduError unless `data` has as many octets as `layout`."""
    if len(data) != layout.octets:
        raise PduError(layout.title, f"{len(data)} octets instead of {layout.octets}")


# The two check sequences of PRIME.
#
# Both are computed with the subnetwork's address in front, so that a neighbouring subnetwork's frame fails.
# The polynomials, their zero start and what they cover are from memory of the standard [M].

_CRC8_POLYNOMIAL = 0x07  # x^8 + x^2 + x + 1
_HIGH_BIT, _OCTET_MASK = 0x80, 0xFF
_ALL_ONES = 0xFFFFFFFF


def _crc8_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1 ^ _CRC8_POLYNOMIAL if value & _HIGH_BIT else value << 1) & _OCTET_MASK
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
