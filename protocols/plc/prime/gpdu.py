"""The frame that carries packets, and `decode_pdu` for whatever comes from the wire."""

from dataclasses import dataclass

from protocols.plc.errors import PduError, PlcValueError
from protocols.plc.prime.beacon import Beacon
from protocols.plc.prime.checks import frame_check
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
from protocols.plc.prime.headers import (
    CONTROL_PRIORITY,
    DATA_PRIORITY,
    GENERIC_HEADER_SIZE,
    MAX_PACKET,
    SNA_SIZE,
    GenericHeader,
    HeaderType,
    PacketHeader,
)
from protocols.plc.prime.promotion import PromotionNeeded

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
