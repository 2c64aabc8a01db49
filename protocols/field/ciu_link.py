r"""The link between the meter and its customer unit, version 1: one frame of at most 32 octets a message.

::

    octet 0       version 3 bits | repeated 1 bit | message 4 bits
    octets 1-2    address of the unit, in both directions
    octet 3       sequence: of a request and of its answers 1 to 255; 0 where nobody asked
    octets 4-…    payload, see `protocols.field.ciu_link_messages`
    last two      CRC-16 (polynomial 1021, start FFFF) over all before

The unit asks, the meter answers with the same sequence number. What is lost is repeated with the *repeated*
bit (`ciu_link_unit`), which lets the meter answer again without doing it twice (`ciu_link_meter`). Both work
over a wire as well as over a power line, whose short frames set the limit of 32 octets.

>>> frame = Frame(address=7, sequence=1, message=Token("12345678901234567890"))
>>> frame.to_bytes().hex()
'2200070112345678901234567890eab5'
>>> Frame.from_bytes(frame.to_bytes()) == frame
True
"""

import binascii
from dataclasses import dataclass

from protocols.field.ciu_link_messages import (
    MESSAGES,
    Message,
)
from protocols.field.errors import CiuLinkError

VERSION = 1
FRAME_BYTES_MAX = 32
UNASKED = 0
LAST_SEQUENCE = 255

_HEADER_BYTES, _CRC_BYTES = 4, 2
_REPEATED = 0x10


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on the link.

    Args:
        address: of the unit that speaks or is spoken to, 0 to 65535.
        sequence: 1 to 255 for a request and its answers, 0 for what nobody asked for.
        message: what is said.
        repeated: True for a request that was sent before.
    """

    address: int
    sequence: int
    message: Message
    repeated: bool = False

    def to_bytes(self) -> bytes:
        """The octets of the frame.

        Raises:
            CiuLinkError: a field is out of range.
        """
        if not (0 <= self.address < 2**16 and 0 <= self.sequence <= LAST_SEQUENCE):
            raise CiuLinkError(f"address {self.address} or sequence {self.sequence} is out of range")
        first = VERSION << 5 | _REPEATED * self.repeated | self.message.code
        head = bytes([first]) + self.address.to_bytes(2, "big") + bytes([self.sequence])
        body = head + self.message.payload()
        return body + binascii.crc_hqx(body, 0xFFFF).to_bytes(_CRC_BYTES, "big")

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Frame":
        """Read a frame.

        Raises:
            CiuLinkError: it is too short or too long, damaged, of another version, or means nothing.
        """
        if not _HEADER_BYTES + _CRC_BYTES <= len(raw) <= FRAME_BYTES_MAX:
            raise CiuLinkError(f"a frame has 6 to {FRAME_BYTES_MAX} octets, not {len(raw)}")
        body = raw[:-_CRC_BYTES]
        if binascii.crc_hqx(body, 0xFFFF) != int.from_bytes(raw[-_CRC_BYTES:], "big"):
            raise CiuLinkError("the checksum does not fit")
        if raw[0] >> 5 != VERSION:
            raise CiuLinkError(f"only version {VERSION} is spoken here, not {raw[0] >> 5}")
        kind = MESSAGES.get(raw[0] & 0x0F)
        if kind is None:
            raise CiuLinkError(f"message {raw[0] & 0x0F} is unknown")
        message = kind.read(body[_HEADER_BYTES:])
        return cls(int.from_bytes(raw[1:3], "big"), raw[3], message, bool(raw[0] & _REPEATED))
