# SPDX-License-Identifier: MIT
"""A-XDR data and BER elements as scapy packets that nest."""

from typing import Any

from fields import LengthField
from scapy.fields import ByteEnumField, ConditionalField, PacketListField, StrLenField, XByteField
from scapy.packet import Packet

#: tag -> name of the data types that hold elements.
CONSTRUCTED = {1: "array", 2: "structure"}
#: tag -> name of the data types that begin with a length in octets; bit-strings count bits.
SIZED = {4: "bit-string", 9: "octet-string", 10: "visible-string", 12: "utf8-string"}
#: tag -> (name, octets) of the data types of a fixed size.
FIXED = {
    0: ("null-data", 0),
    3: ("boolean", 1),
    5: ("double-long", 4),
    6: ("double-long-unsigned", 4),
    7: ("floating-point", 4),
    13: ("bcd", 1),
    15: ("integer", 1),
    16: ("long", 2),
    17: ("unsigned", 1),
    18: ("long-unsigned", 2),
    20: ("long64", 8),
    21: ("long64-unsigned", 8),
    22: ("enum", 1),
    23: ("float32", 4),
    24: ("float64", 8),
    25: ("date-time", 12),
    26: ("date", 5),
    27: ("time", 4),
}
NAMES = CONSTRUCTED | SIZED | {tag: name for tag, (name, _) in FIXED.items()}
_BIT_STRING = 4


class Nested(Packet):
    """A packet that ends where its own fields end; what follows belongs to whoever holds it."""

    def extract_padding(self, s: bytes) -> tuple[bytes, bytes]:
        """Nothing of what follows is payload."""
        return b"", s


def _sized_octets(packet: Packet) -> int:
    return (packet.length + 7) // 8 if packet.tag == _BIT_STRING else packet.length


class Octets(LengthField):
    """Length of sized data: a bit-string counts bits."""

    def addfield(self, pkt: Any, s: bytes, val: int | None) -> bytes:
        """Append the length."""
        if val is None and pkt.tag == _BIT_STRING:
            val = 8 * len(pkt.octets)
        return super().addfield(pkt, s, val)


class AxdrData(Nested):
    """One value: its tag, then elements, sized octets or octets of a fixed size."""

    name = "A-XDR data"
    fields_desc = [
        ByteEnumField("tag", 0, NAMES),
        ConditionalField(LengthField("count", "elements"), lambda p: p.tag in CONSTRUCTED),
        ConditionalField(
            PacketListField("elements", [], count_from=lambda p: p.count, next_cls_cb=lambda *_: AxdrData),
            lambda p: p.tag in CONSTRUCTED,
        ),
        ConditionalField(Octets("length", "octets"), lambda p: p.tag in SIZED),
        ConditionalField(StrLenField("octets", b"", length_from=_sized_octets), lambda p: p.tag in SIZED),
        ConditionalField(
            StrLenField("content", b"", length_from=lambda p: FIXED[p.tag][1]), lambda p: p.tag in FIXED
        ),
    ]


class BerElement(Nested):
    """One element of ACSE: a tag, a length, and either elements or octets."""

    name = "BER element"
    fields_desc = [
        XByteField("tag", 0x60),
        LengthField("length", "inside"),
        StrLenField("inside", b"", length_from=lambda p: p.length),
    ]

    def children(self) -> list["BerElement"]:
        """The elements inside, none where its tag says it is primitive or they do not add up."""
        rest, found = bytes(self.inside), []
        if not self.tag & 0x20:
            return []
        try:
            while rest:
                child = BerElement(rest)
                found.append(child)
                rest = rest[len(bytes(child)) :]
        except (IndexError, ValueError):
            return []
        return found
