"""The beacon: 18 octets by which a switch, the base node first of all, offers its subnetwork."""

from dataclasses import dataclass

from protocols.plc.errors import PduError
from protocols.plc.prime.checks import crc32
from protocols.plc.prime.headers import HeaderType
from protocols.plc.prime.layout import Field, Layout, Packed, exact

BEACON_SIZE = 18
_CRC_SIZE = 4


@dataclass(frozen=True, slots=True)
class Beacon(Packed):
    """What a node learns of a switch before it asks to belong to it.

    Args:
        quality: QLTY, of the link that the sender has to its parent, 0 to 7.
        sid: of the sender.
        count: CNT, beacon slots in the frame, 0 to 7.
        slot: SLT, in which this one is sent.
        cfp: CFP, offset of the contention free period in symbols; 0 for none.
        level: of the sender, 0 the base node.
        sequence: SEQ, of the frame, modulo 32.
        frequency: FRQ, the beacon comes every 2^FRQ frames.
        sna: the subnetwork's address: the base node's EUI-48 as a number.
        upcost: cost of the path to the base node.
        dncost: cost of the path from it.
    """

    quality: int
    sid: int
    count: int
    slot: int
    cfp: int
    level: int
    sequence: int
    frequency: int
    sna: int
    upcost: int = 0
    dncost: int = 0

    def to_bytes(self) -> bytes:
        """The whole PDU with its CRC.

        Raises:
            PlcValueError: a value does not fit its field.
        """
        body = bytearray(self.encode())
        body[0] |= HeaderType.BEACON << 4
        return bytes(body) + crc32(bytes(body)).to_bytes(_CRC_SIZE, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Beacon":
        """The beacon in `data`.

        Raises:
            PduError: wrong length or CRC.
        """
        exact(_WHOLE, data)
        body = data[:-_CRC_SIZE]
        if crc32(body) != int.from_bytes(data[-_CRC_SIZE:], "big"):
            raise PduError("BCN.CRC", "the checksum does not fit")
        return cls(*cls.LAYOUT.unpack(body))


_BODY = (
    Field("", 2, "E", "unused"),
    Field("", 2, "E", "HT: 2 here"),
    Field("", 1, "M"),
    Field("quality", 3, "E", "QLTY"),
    Field("sid", 8, "E", "SID"),
    Field("count", 3, "E", "CNT"),
    Field("slot", 3, "E", "SLT"),
    Field("cfp", 10, "E", "CFP"),
    Field("", 2, "M", "place of these two bits"),
    Field("level", 6, "E", "LEVEL"),
    Field("sequence", 5, "E", "SEQ"),
    Field("frequency", 3, "E", "FRQ"),
    Field("sna", 48, "E", "SNA"),
    Field("upcost", 8, "E", "UPCOST"),
    Field("dncost", 8, "E", "DNCOST"),
)
Beacon.LAYOUT = Layout("BCN", *_BODY)
_WHOLE = Layout("BCN", *_BODY, Field("crc", 32, "E", "CRC"))
