# SPDX-License-Identifier: MIT
"""HDLC frames and wrapper PDUs as scapy packets that compute their lengths and check sequences."""

from apdu import read_apdu
from axdr import Nested
from fields import AddressField, check_sequence
from scapy.fields import ShortField, XByteField, XShortField
from scapy.packet import Packet, Raw

FLAG = 0x7E
FORMAT_TYPE_3 = 0xA000
_SEGMENTED = 0x0800
_LENGTH = 0x07FF
#: LLC of a command and of a response.
LLCS = (b"\xe6\xe6\x00", b"\xe6\xe7\x00")


class HdlcFrame(Packet):
    """A frame of type 3; what it carries is its payload, LLC and APDU where they can be told."""

    name = "HDLC"
    fields_desc = [
        XShortField("format", None),
        AddressField("destination", b"\x03"),
        AddressField("source", b"\x21"),
        XByteField("control", 0x10),
    ]

    @classmethod
    def read(cls, raw: bytes) -> "HdlcFrame":
        """A whole frame between two flags.

        Raises:
            ValueError: it does not build to the same octets again.
        """
        frame = cls(raw[1:-3])
        body = bytes(frame.payload)
        if body:
            frame.remove_payload()
            frame = frame / read_information(body[2:])
        if frame.framed() != raw:
            raise ValueError("this frame is not built by these rules")
        return frame

    def framed(self) -> bytes:
        """The frame with flags, length and check sequences."""
        header = bytes(self.copy_header())
        information = bytes(self.payload)
        length = len(header) + 2 + (len(information) + 2 if information else 0)
        given = self.format if self.format is not None else FORMAT_TYPE_3
        kept = given if self.length_is_forced else (given & ~_LENGTH) | (length & _LENGTH)
        head = kept.to_bytes(2, "big") + header[2:]
        body = head + (check_sequence(head) + information if information else b"")
        return bytes((FLAG,)) + body + check_sequence(body) + bytes((FLAG,))

    #: Whether `format` keeps the length that it says, right or wrong.
    length_is_forced = False

    def copy_header(self) -> Packet:
        """The header alone."""
        return HdlcFrame(
            format=self.format or FORMAT_TYPE_3,
            destination=self.destination,
            source=self.source,
            control=self.control,
        )


class Llc(Packet):
    """The three octets before an APDU."""

    name = "LLC"
    fields_desc = [XByteField("to", 0xE6), XByteField("from_", 0xE6), XByteField("quality", 0)]


class Wrapper(Nested):
    """The TCP/UDP wrapper; a length of None is computed."""

    name = "wrapper"
    fields_desc = [
        ShortField("version", 1),
        ShortField("source", 16),
        ShortField("destination", 1),
        ShortField("length", None),
    ]

    def post_build(self, pkt: bytes, pay: bytes) -> bytes:
        """Put the length in."""
        if self.length is None:
            pkt = pkt[:6] + (len(pay) & 0xFFFF).to_bytes(2, "big")
        return pkt + pay

    @classmethod
    def read(cls, raw: bytes) -> Packet:
        """A whole wrapper PDU."""
        packet = cls(raw[:8])
        packet.length = None
        return packet / read_apdu(raw[8:])


def read_information(raw: bytes) -> Packet:
    """Contents of an information field."""
    if raw[:3] in LLCS:
        return Llc(raw[:3]) / read_apdu(raw[3:])
    return Raw(raw)
