"""The generic MAC header (three octets) and the packet header (six octets) of PRIME 1.3.6.

Source: ITU-T G.9904 (PRIME 1.3.6) as a public dissector lays it out.
"""

from dataclasses import dataclass
from enum import IntEnum

from protocols.plc.errors import PduError
from protocols.plc.prime.checks import header_check
from protocols.plc.prime.layout import Field, Layout, Packed

#: local node identifiers
UNREGISTERED = BROADCAST = 0x3FFF
MULTICAST = 0x3FFE
#: switch identifiers: the base node's own, and none
BASE_SID = 0x00
NO_SID = 0xFF
#: the priorities of the shared contention period, 0 the highest
CONTROL_PRIORITY, DATA_PRIORITY = 1, 2
SNA_SIZE = 6
MAX_PACKET = 511


class HeaderType(IntEnum):
    """HDR.HT: what follows the header."""

    GENERIC = 0
    PROMOTION_NEEDED = 1
    BEACON = 2


@dataclass(frozen=True, slots=True)
class GenericHeader(Packed):
    """How far a frame goes.

    Args:
        downlink: HDR.DO, 1 away from the base node.
        level: HDR.LEVEL, of the switch that sends (downlink) or shall take it (uplink), 0 to 63.
    """

    downlink: int
    level: int

    def encode_for(self, sna: bytes) -> bytes:
        """Three octets with the check sequence for the subnetwork `sna`."""
        head = self.encode()
        return head + bytes((header_check(sna, head),))

    @classmethod
    def decode_for(cls, sna: bytes, data: bytes) -> "GenericHeader":
        """The header at the beginning of `data`.

        Raises:
            PduError: too short, or the check sequence does not fit the subnetwork.
        """
        values = cls.LAYOUT.unpack(data)
        size = cls.LAYOUT.octets
        if len(data) <= size or data[size] != header_check(sna, data[:size]):
            raise PduError("HDR.HCS", "the header check sequence does not fit")
        return cls(*values)


GenericHeader.LAYOUT = Layout(
    "HDR",
    Field("", 2, "E", "unused, version"),
    Field("", 2, "E", "HT: 0 here"),
    Field("", 5, "E"),
    Field("downlink", 1, "E", "DO"),
    Field("level", 6, "E", "LEVEL"),
)
GENERIC_HEADER_SIZE = 3


@dataclass(frozen=True, slots=True)
class PacketHeader(Packed):
    """Whose a packet is, and what.

    Args:
        nad: 1 when the address is that of a node to node connection.
        priority: 0 to 3, 0 the highest.
        control: 1 for a control packet.
        lcid: connection of the node, or the control packet's type, 0 to 511.
        sid: of the switch that the node hangs on; 0 the base node.
        lnid: the node under that switch; 0 the switch itself, 0x3FFF all or an unregistered one.
        spad: 1 when the payload is padded.
        length: octets of the payload, 0 to 511.
    """

    nad: int
    priority: int
    control: int
    lcid: int
    sid: int
    lnid: int
    spad: int
    length: int


PacketHeader.LAYOUT = Layout(
    "PKT",
    Field("", 3, "E"),
    Field("nad", 1, "E", "NAD"),
    Field("priority", 2, "E", "PRIO"),
    Field("control", 1, "E", "C"),
    Field("lcid", 9, "E", "LCID or CTYPE"),
    Field("sid", 8, "E", "SID"),
    Field("lnid", 14, "E", "LNID"),
    Field("spad", 1, "E", "SPAD"),
    Field("length", 9, "E", "LEN"),
)
