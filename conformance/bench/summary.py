"""The few words that a list of frames shows beside the bytes."""

from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.errors import DlmsError
from protocols.dlms.hdlc.frame import FLAG, decode_frame
from protocols.dlms.xdlms.action import ActionRequestNormal, ActionResponseNormal
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.get import GetRequestNormal, GetResponseNormal
from protocols.dlms.xdlms.set import SetRequestNormal, SetResponseNormal

_WRAPPER_HEADER = 8
_LLC = (bytes.fromhex("e6e600"), bytes.fromhex("e6e700"))


def summarise(raw: bytes) -> str:
    """What a frame is, or nothing where it is not understood: a record never fails on strange bytes."""
    try:
        return _hdlc(raw) if raw[:1] == bytes((FLAG,)) else _apdu(raw[_WRAPPER_HEADER:])
    except DlmsError:
        return ""


def _hdlc(raw: bytes) -> str:
    frame = decode_frame(raw)
    words = str(frame.control)
    if frame.information[:3] in _LLC and not frame.segmented:
        return f"{words}: {_apdu(frame.information[3:])}"
    return words


def _apdu(raw: bytes) -> str:
    apdu = decode_apdu(raw)
    detail = getattr(apdu, "summary", None) or _detail(apdu)
    return f"{apdu.name} {detail}".strip()


def _detail(apdu: object) -> str:
    """What the commonest services are about: an attribute, a method, a short value, a result."""
    match apdu:
        case GetRequestNormal(reference=AttributeReference(attribute=asked)):
            return f"{asked.class_id} {asked.instance} {asked.attribute}"
        case SetRequestNormal(reference=AttributeReference(attribute=asked)):
            return f"{asked.class_id} {asked.instance} {asked.attribute}"
        case ActionRequestNormal(method=asked):
            return f"{asked.class_id} {asked.instance} {asked.method}"
        case GetResponseNormal(result=Data(value=int(value))):
            return f"= {value}"
        case GetResponseNormal(result=DataAccessResult() as refused) | SetResponseNormal(result=refused):
            return refused.label
        case ActionResponseNormal(outcome=outcome):
            return outcome.result.label
    return ""
