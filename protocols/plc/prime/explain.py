"""One line for a dump: what a PDU says, in the standard's words."""

from protocols.plc.errors import PduError
from protocols.plc.prime.beacon import Beacon
from protocols.plc.prime.control import ControlType
from protocols.plc.prime.gpdu import TYPE_OF, Gpdu, Packet, decode_pdu
from protocols.plc.prime.layout import Packed
from protocols.plc.prime.promotion import PromotionNeeded

#: wider fields are addresses and keys
_SHOWN_AS_HEX = 16


def explain(data: bytes, sna: bytes) -> str:
    """What `data` says in the subnetwork `sna`; bad octets are named, never raised.

    >>> explain(PromotionNeeded(1, 2).to_bytes(), bytes(6))
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
    return f"{way} LEVEL={pdu.level} " + " | ".join(_packet(packet) for packet in pdu.packets)


def _packet(packet: Packet) -> str:
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
