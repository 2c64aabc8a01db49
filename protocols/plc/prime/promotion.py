"""The promotion-needed PDU: 14 octets of a node that hears no beacon and wants a neighbour as switch."""

from dataclasses import dataclass

from protocols.plc.errors import PduError
from protocols.plc.prime.checks import crc8
from protocols.plc.prime.headers import HeaderType
from protocols.plc.prime.layout import Field, Layout, Packed

PNPDU_SIZE = 14
#: of a node that knows no subnetwork
ANY_SNA = 0xFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class PromotionNeeded(Packed):
    """A node's cry.

    Args:
        sna: the subnetwork that it wants, `ANY_SNA` for any.
        pna: its own EUI-48 as a number.
    """

    sna: int
    pna: int

    def to_bytes(self) -> bytes:
        """The whole PDU with its check sequence."""
        body = bytearray(self.encode())
        body[0] |= HeaderType.PROMOTION_NEEDED << 4
        return bytes(body) + bytes((crc8(bytes(body)),))

    @classmethod
    def from_bytes(cls, data: bytes) -> "PromotionNeeded":
        """The PDU in `data`.

        Raises:
            PduError: wrong length or check sequence.
        """
        if len(data) != PNPDU_SIZE:
            raise PduError("PNH", f"{len(data)} octets instead of {PNPDU_SIZE}")
        if crc8(data[:-1]) != data[-1]:
            raise PduError("PNH.HCS", "the header check sequence does not fit")
        return cls(*cls.LAYOUT.unpack(data))


PromotionNeeded.LAYOUT = Layout(
    "PNH",
    Field("", 2, "E", "unused"),
    Field("", 2, "E", "HT: 1 here"),
    Field("", 4, "M"),
    Field("sna", 48, "E", "SNA"),
    Field("pna", 48, "E", "PNA"),
)
