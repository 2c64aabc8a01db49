"""Fields of so many bits, most significant first: a PDU is a table of them.

>>> layout = Layout("T", Field("kind", 2), Field("", 3), Field("level", 11))
>>> layout.pack((2, 5)).hex()
'8005'
>>> layout.unpack(bytes.fromhex("8005"))
(2, 5)
"""

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
