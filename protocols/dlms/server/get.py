"""The GET service of a server, with blocks when the value does not fit.

Source: IEC 62056-5-3, GET service; protocol for long GET of the Green Book, 9.4.6.3
"""

from protocols.dlms import axdr
from protocols.dlms.blocks import BlockSender, block_room
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.server.association import Association, Outgoing
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.fields import result_bytes
from protocols.dlms.xdlms.get import (
    GetRequestNext,
    GetRequestNormal,
    GetRequestWithList,
    GetResponseNormal,
    GetResponseWithDatablock,
    GetResponseWithList,
)
from protocols.dlms.xdlms.initiate import MIN_PDU_OCTETS

# tag, choice, invoke-id, last-block, block-number (4), choice of the result; the length follows
_BLOCK_OVERHEAD = 9
# tag, choice, invoke-id, class-id (2), logical name (6), attribute, no selection: the request that meters get
# most, whose reference is looked up as it stands
PLAIN_HEAD = bytes((GetRequestNormal.tag, GetRequestNormal.choice))
PLAIN_OCTETS = 13
_REFERENCE = slice(3, 12)
# No client takes less, so that a number of this size needs no look at what was agreed.
_ALWAYS_FITS = MIN_PDU_OCTETS - 4
_ANSWER_HEADS = tuple(
    bytes((GetResponseNormal.tag, GetResponseNormal.choice, invoke, 0)) for invoke in range(256)
)


def plain(association: Association, apdu: bytes) -> bytes | None:
    """Answer a get-request-normal without selection by lookups alone; None where `normal` must judge it.

    Args:
        association: one that may use GET.
        apdu: begins with `PLAIN_HEAD` and has `PLAIN_OCTETS`.
    """
    reference = apdu[_REFERENCE]
    view = association.view
    getter = view.getters.get(reference) or view.getter(reference)
    if getter is None or apdu[-1]:
        return None
    invoke = apdu[2]
    try:
        payload = axdr.encode(getter(None))
    except AccessError as refusal:
        return GetResponseNormal(invoke, refusal.data_access_result).to_bytes()
    except DlmsValueError:
        return GetResponseNormal(invoke, DataAccessResult.HARDWARE_FAULT).to_bytes()
    if len(payload) <= _ALWAYS_FITS:
        return _ANSWER_HEADS[invoke] + payload
    return _answer(association, invoke, _ANSWER_HEADS[invoke], payload)


def normal(association: Association, request: GetRequestNormal) -> bytes:
    """Read one attribute."""
    result = _read(association, request.reference)
    if isinstance(result, DataAccessResult):
        return GetResponseNormal(request.invoke, result).to_bytes()
    return _answer(association, request.invoke, _ANSWER_HEADS[request.invoke], result)


def with_list(association: Association, request: GetRequestWithList) -> bytes:
    """Read several attributes; those beyond what one answer may gather are refused and not read."""
    parts, room = [axdr.encode_length(len(request.references))], association.limits.max_answer_octets
    for reference in request.references:
        result = _read(association, reference) if room > 0 else DataAccessResult.OTHER_REASON
        parts.append(result_bytes(result) if isinstance(result, DataAccessResult) else b"\x00" + result)
        room -= len(parts[-1])
    head = bytes((GetResponseWithList.tag, GetResponseWithList.choice, request.invoke))
    return _answer(association, request.invoke, head, b"".join(parts))


def next_block(association: Association, request: GetRequestNext) -> bytes:
    """The next block of a long value."""
    outgoing = association.transfers.get
    if outgoing is None:
        return _broken(association, request, DataAccessResult.NO_LONG_GET_IN_PROGRESS)
    if outgoing.invoke != request.invoke:
        return _broken(association, request, DataAccessResult.LONG_GET_ABORTED)
    if outgoing.sender.block_number != request.block_number:
        return _broken(association, request, DataAccessResult.DATA_BLOCK_NUMBER_INVALID)
    return _send(association, outgoing)


def _read(association: Association, reference: AttributeReference) -> bytes | DataAccessResult:
    try:
        return axdr.encode(association.view.read(reference))
    except AccessError as refusal:
        return refusal.data_access_result
    except DlmsValueError:
        # The device holds a value that its type cannot carry: its own fault, not the client's.
        return DataAccessResult.HARDWARE_FAULT


def _answer(association: Association, invoke: int, head: bytes, payload: bytes) -> bytes:
    """The answer whole where it fits, else its first block."""
    if len(head) + len(payload) <= association.response_octets_max:
        return head + payload
    if len(head) + len(payload) <= association.whole_octets_max(Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ):
        return head + payload
    if not association.grants(Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ):
        return GetResponseNormal(invoke, DataAccessResult.OTHER_REASON).to_bytes()
    room = block_room(association.response_octets_max, _BLOCK_OVERHEAD)
    return _send(association, Outgoing(invoke, BlockSender(payload, room)))


def _send(association: Association, outgoing: Outgoing) -> bytes:
    block = outgoing.sender.next()
    association.transfers.get = None if outgoing.sender.done else outgoing
    answer = GetResponseWithDatablock(outgoing.invoke, block.last_block, block.block_number, block.raw_data)
    return answer.to_bytes()


def _broken(association: Association, request: GetRequestNext, result: DataAccessResult) -> bytes:
    association.transfers.get = None
    return GetResponseWithDatablock(request.invoke, True, request.block_number, result).to_bytes()
