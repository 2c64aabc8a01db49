"""The frame that carries packets, and `decode_pdu` for whatever comes from the wire."""

from dataclasses import dataclass
from enum import IntEnum

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.connections import Connection, Multicast
from protocols.plc.prime.control import (
    BeaconSlot,
    ContentionFree,
    ControlType,
    FrameChange,
    KeepAlive,
    Promotion,
    Registration,
    Robustness,
    Security,
)
from protocols.plc.prime.layout import Field, Layout, Packed, crc8, crc32, exact, frame_check, header_check

# The generic MAC header (three octets) and the packet header (six octets) of PRIME 1.3.6.
#
# Source: ITU-T G.9904 (PRIME 1.3.6) as a public dissector lays it out.

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
    """Kind of a header: how far a frame goes.

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


# The beacon: 18 octets by which a switch, the base node first of all, offers its subnetwork.

BEACON_SIZE = 18
_CRC_SIZE = 4


@dataclass(frozen=True, slots=True)
class Beacon(Packed):
    """Beacon: the offer of a switch, before a node asks to belong to it.

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


# The promotion-needed PDU: 14 octets of a node that hears no beacon and wants a neighbour as switch.

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


CRC_SIZE = 4
Control = (
    Registration
    | Connection
    | Promotion
    | BeaconSlot
    | FrameChange
    | ContentionFree
    | KeepAlive
    | Multicast
    | Robustness
    | Security
)
#: what a control packet of each type carries
CONTROLS: dict[int, type[Control]] = {
    ControlType.REG: Registration,
    ControlType.CON: Connection,
    ControlType.PRO: Promotion,
    ControlType.BSI: BeaconSlot,
    ControlType.FRA: FrameChange,
    ControlType.CFP: ContentionFree,
    ControlType.ALV: KeepAlive,
    ControlType.MUL: Multicast,
    ControlType.PRM: Robustness,
    ControlType.SEC: Security,
}
TYPE_OF = {body: kind for kind, body in CONTROLS.items()}


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of a frame.

    Args:
        sid: of the switch that the node hangs on.
        lnid: the node there.
        body: a control packet, or the octets of a connection (with its ARQ and SAR sub-headers).
        lcid: the connection; 0 for control.
        priority: 0 to 3, 0 the highest.
    """

    sid: int
    lnid: int
    body: Control | bytes
    lcid: int = 0
    priority: int = DATA_PRIORITY

    def encode(self) -> bytes:
        """Header and payload.

        Raises:
            PlcValueError: a value does not fit its field.
        """
        body = self.body
        if isinstance(body, bytes):
            payload, control, lcid = body, 0, self.lcid
        else:
            payload, control, lcid = body.encode(), 1, int(TYPE_OF[type(body)])
        if len(payload) > MAX_PACKET:
            raise PlcValueError(f"PKT.LEN must be 0 to {MAX_PACKET}, not {len(payload)}")
        return (
            PacketHeader.LAYOUT.pack((0, self.priority, control, lcid, self.sid, self.lnid, 0, len(payload)))
            + payload
        )


def control_packet(sid: int, lnid: int, body: Control) -> Packet:
    """A packet of the MAC itself, in its priority."""
    return Packet(sid, lnid, body, 0, CONTROL_PRIORITY)


@dataclass(frozen=True, slots=True)
class Gpdu:
    """A generic frame.

    Args:
        downlink: True away from the base node.
        level: of the switch that sends (downlink) or shall take it (uplink).
        packets: one or more.
    """

    downlink: bool
    level: int
    packets: tuple[Packet, ...]

    def to_bytes(self, sna: bytes) -> bytes:
        """The frame in the subnetwork `sna` (six octets).

        Raises:
            PlcValueError: a value does not fit its field, or there is no packet.
        """
        if not self.packets or len(sna) != SNA_SIZE:
            raise PlcValueError("a frame has packets, and a subnetwork address of six octets")
        head = GenericHeader(int(self.downlink), self.level).encode_for(sna)
        frame = head + b"".join([packet.encode() for packet in self.packets])
        return frame + frame_check(sna, frame)

    @classmethod
    def from_bytes(cls, sna: bytes, data: bytes) -> "Gpdu":
        """The frame in `data`.

        Raises:
            PduError: checks, lengths or packets do not fit.
        """
        header = GenericHeader.decode_for(sna, data)
        frame = data[:-CRC_SIZE]
        if len(frame) < GENERIC_HEADER_SIZE or frame_check(sna, frame) != data[-CRC_SIZE:]:
            raise PduError("GPDU.CRC", "the checksum does not fit")
        packets, at = [], GENERIC_HEADER_SIZE
        while at < len(frame):
            packet, at = _packet(frame, at)
            packets.append(packet)
        if not packets:
            raise PduError("GPDU", "no packet")
        return cls(bool(header.downlink), header.level, tuple(packets))


def _packet(frame: bytes, at: int) -> tuple[Packet, int]:
    head = frame[at : at + PacketHeader.LAYOUT.octets]
    _nad, priority, control, lcid, sid, lnid, _spad, length = PacketHeader.LAYOUT.unpack(head)
    at += PacketHeader.LAYOUT.octets
    payload = frame[at : at + length]
    if len(payload) != length:
        raise PduError("PKT.LEN", f"{length} octets announced, {len(payload)} there")
    if not control:
        return Packet(sid, lnid, payload, lcid, priority), at + length
    if lcid not in CONTROLS:
        raise PduError("PKT.CTYPE", f"no control packet has type {lcid}")
    return Packet(sid, lnid, CONTROLS[lcid].decode(payload), 0, priority), at + length


Pdu = Gpdu | Beacon | PromotionNeeded


def decode_pdu(data: bytes, sna: bytes) -> Pdu:
    """The PDU in `data`, as a node of the subnetwork `sna` takes it.

    Raises:
        PduError: whatever is wrong with it.
    """
    if not data:
        raise PduError("HDR", "no octets")
    kind = data[0] >> 4 & 3
    if kind == HeaderType.BEACON:
        return Beacon.from_bytes(data)
    if kind == HeaderType.PROMOTION_NEEDED:
        return PromotionNeeded.from_bytes(data)
    if kind == HeaderType.GENERIC:
        return Gpdu.from_bytes(sna, data)
    raise PduError("HDR.HT", f"no header type {kind}")


# One line for a dump: what a PDU says, in the standard's words.

#: wider fields are addresses and keys
_SHOWN_AS_HEX = 16


def describe_pdu(data: bytes, sna: bytes) -> str:
    """One line for `data` in the subnetwork `sna`; bad octets are named, never raised.

    >>> describe_pdu(PromotionNeeded(1, 2).to_bytes(), bytes(6))
    'PNPDU SNA=1 PNA=2'
    """
    try:
        pdu = decode_pdu(data, sna)
    except PduError as error:
        return f"BAD {error}"
    if isinstance(pdu, PromotionNeeded):
        return f"PNPDU {_fields(pdu)}"
    if isinstance(pdu, Beacon):
        return f"BCN {_fields(pdu)}"
    return _gpdu(pdu)


def _gpdu(pdu: Gpdu) -> str:
    way = "down" if pdu.downlink else "up"
    return f"{way} LEVEL={pdu.level} " + " | ".join(_packet_line(packet) for packet in pdu.packets)


def _packet_line(packet: Packet) -> str:
    to = f"SID={packet.sid} LNID={packet.lnid}"
    if isinstance(packet.body, bytes):
        return f"DATA {to} LCID={packet.lcid} {len(packet.body)} B"
    return f"{ControlType(TYPE_OF[type(packet.body)]).name} {to} {_fields(packet.body)}"


def _fields(pdu: Packed) -> str:
    shown = []
    for field in pdu.LAYOUT.fields:
        value = getattr(pdu, field.name, None) if field.name else None
        if value is not None:
            name = field.meaning if field.meaning.isupper() else field.name.upper()
            shown.append(f"{name}={value:x}" if field.bits > _SHOWN_AS_HEX else f"{name}={value}")
    return " ".join(shown)
