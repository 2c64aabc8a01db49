"""Any APDU: `decode_apdu` reads it, `to_bytes` of each writes it.

>>> decode_apdu(bytes.fromhex("c001c100010100000200ff0200")).name
'get-request-normal'
>>> decode_apdu(bytes.fromhex("d801060000002a")).invocation_counter
42

Source: IEC 62056-5-3, ACSE-APDU, XDLMS-APDU
"""

from collections.abc import Callable
from typing import Protocol

from protocols.dlms import acse
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader, Trace
from protocols.dlms.xdlms import action, ciphered, get
from protocols.dlms.xdlms import set as set_service
from protocols.dlms.xdlms.access import AccessRequest, AccessResponse
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.ciphered import Ciphered, GeneralSigning
from protocols.dlms.xdlms.error_responses import ConfirmedServiceError, ExceptionResponse
from protocols.dlms.xdlms.initiate import InitiateRequest, InitiateResponse
from protocols.dlms.xdlms.notification import DataNotification, DataNotificationConfirm, EventNotification


class Apdu(Protocol):
    """Interface of every APDU."""

    @property
    def tag(self) -> int:
        """First octet."""
        ...

    @property
    def name(self) -> str:
        """The standard's name."""
        ...

    def to_bytes(self) -> bytes:
        """The whole APDU."""
        ...


ReadApdu = Callable[[Reader], Apdu]

# tag -> (name, reader), for APDUs without a choice after the tag
_PLAIN: dict[int, tuple[str, ReadApdu]] = {
    kind.tag: (kind.name, kind.read)
    for kind in (
        InitiateRequest,
        InitiateResponse,
        ConfirmedServiceError,
        AccessRequest,
        AccessResponse,
        DataNotification,
        DataNotificationConfirm,
        EventNotification,
        ExceptionResponse,
        GeneralBlockTransfer,
        GeneralSigning,
        acse.Aarq,
        acse.Aare,
        acse.Rlrq,
        acse.Rlre,
    )
}

# tag -> (name, choice -> (name, reader))
_CHOICES: dict[int, tuple[str, dict[int, tuple[str, ReadApdu]]]] = {
    tag: (name, {choice: (kind.name, kind.read) for choice, kind in kinds.items()})
    for tag, name, kinds in (
        (get.REQUEST_TAG, "get-request", get.REQUESTS),
        (get.RESPONSE_TAG, "get-response", get.RESPONSES),
        (set_service.REQUEST_TAG, "set-request", set_service.REQUESTS),
        (set_service.RESPONSE_TAG, "set-response", set_service.RESPONSES),
        (action.REQUEST_TAG, "action-request", action.REQUESTS),
        (action.RESPONSE_TAG, "action-response", action.RESPONSES),
    )
}

# tag and choice -> a reader that needs no cursor, for whole APDUs of the commonest form; None for all others.
_QUICK: dict[bytes, Callable[[bytes], Apdu | None]] = {
    bytes((get.RESPONSE_TAG, get.GetResponseNormal.choice)): get.GetResponseNormal.of_number,
}

# Known, and not spoken here.
NOT_SUPPORTED: dict[int, str] = {
    0x05: "read-request (short names)",
    0x06: "write-request (short names)",
    0x0C: "read-response (short names)",
    0x0D: "write-response (short names)",
    0x16: "unconfirmed-write-request (short names)",
    0x18: "information-report-request (short names)",
}


def decode_apdu(raw: bytes, trace: Trace | None = None) -> Apdu:
    """Decode one APDU, which must be the whole of `raw`.

    Args:
        raw: the APDU: no LLC bytes, no framing.
        trace: keeps the tree of what was read.

    Raises:
        DecodeError: the bytes are not an APDU that this codec speaks.
    """
    quick = _QUICK.get(raw[:2]) if trace is None else None
    found = None if quick is None else quick(raw)
    if found is not None:
        return found
    reader = Reader(raw, trace)
    apdu = read_apdu(reader)
    reader.expect_end("apdu")
    return apdu


def read_apdu(reader: Reader) -> Apdu:
    """Read one APDU; see `decode_apdu`."""
    tag = reader.peek_u8()
    if tag is None:
        raise DecodeError("apdu: empty", position=reader.pos)
    if tag in NOT_SUPPORTED:
        raise DecodeError(
            f"tag: {tag:#04x} is {NOT_SUPPORTED[tag]}, which is not supported here", position=reader.pos
        )
    with reader.group(ciphered.TAGS.get(tag, "apdu")) as group:
        reader.u8("tag")
        if tag in _CHOICES:
            family, choices = _CHOICES[tag]
            choice = reader.u8("choice")
            if choice not in choices:
                raise DecodeError(f"{family}: choice {choice} is not known", position=reader.pos - 1)
            group.name, read = choices[choice]
            return read(reader)
        if tag in _PLAIN:
            group.name, read = _PLAIN[tag]
            return read(reader)
        if tag in ciphered.TAGS:
            return Ciphered.read(reader, tag)
    raise DecodeError(f"tag: {tag:#04x} is not an APDU", position=reader.pos - 1)
