"""The ACTION service of a server, for one method and for lists, with blocks both ways.

In a long response the blocks join to what a short one would carry: the action-response-with-optional-data, or
the list of them. See docs/spec-notes/long-action-response.md.

Source: IEC 62056-5-3, ACTION service; protocol for long ACTION of the Green Book, 9.4.6.5
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockError, BlockReceiver, BlockSender, block_room
from protocols.dlms.codes import ActionResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.reader import Reader
from protocols.dlms.server.association import Association, Incoming, Outgoing
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.action import (
    ActionOutcome,
    ActionRequestBlock,
    ActionRequestFirstBlock,
    ActionRequestNextBlock,
    ActionRequestNormal,
    ActionRequestWithList,
    ActionRequestWithListFirstBlock,
    ActionResponseNextBlock,
    ActionResponseNormal,
    ActionResponseWithBlock,
    ActionResponseWithList,
)
from protocols.dlms.xdlms.descriptors import MethodDescriptor
from protocols.dlms.xdlms.fields import CONFIRMED, INVOKE_ID_MASK, DataBlock, list_of, read_data, read_list

# tag, choice, invoke-id, last-block, block-number (4); the length of the raw data follows
_BLOCK_OVERHEAD = 8


def normal(association: Association, request: ActionRequestNormal) -> bytes | None:
    """Invoke one method; an unconfirmed request has no answer."""
    outcome = invoke(association, request.method, request.parameters)
    return _answer(association, request.invoke, outcome) if request.invoke & CONFIRMED else None


def with_list(association: Association, request: ActionRequestWithList) -> bytes | None:
    """Invoke several methods, in order; one that fails does not stop the others.

    An unconfirmed request has no answer.
    """
    confirmed = request.invoke & CONFIRMED
    if len(request.methods) != len(request.parameters):
        return error_responses.MALFORMED if confirmed else None
    outcomes = _invoke_all(association, request.methods, request.parameters)
    return _answer_list(association, request.invoke, outcomes) if confirmed else None


def first_block(association: Association, request: ActionRequestFirstBlock) -> bytes:
    """Begin long parameters."""
    return _begin(association, request, (request.method,), with_list=False)


def list_first_block(association: Association, request: ActionRequestWithListFirstBlock) -> bytes:
    """Begin a long list of parameters."""
    return _begin(association, request, request.methods, with_list=True)


def further_block(association: Association, request: ActionRequestBlock) -> bytes:
    """Go on with long parameters."""
    incoming = association.transfers.action
    if incoming is None:
        return _refuse(request.invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
    if (incoming.invoke ^ request.invoke) & INVOKE_ID_MASK:
        association.transfers.action = None
        return _refuse(request.invoke, ActionResult.LONG_ACTION_ABORTED)
    return _receive(association, incoming, request.block)


def next_block(association: Association, request: ActionRequestNextBlock) -> bytes:
    """The next block of a long response."""
    outgoing = association.transfers.action_answer
    association.transfers.action_answer = None
    if outgoing is None:
        return _refuse(request.invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
    if outgoing.invoke != request.invoke or outgoing.sender.block_number != request.block_number:
        return _refuse(request.invoke, ActionResult.LONG_ACTION_ABORTED)
    return _send(association, outgoing)


def invoke(association: Association, method: MethodDescriptor, parameter: Data | None) -> ActionOutcome:
    """Invoke one method of what the association sees."""
    try:
        return ActionOutcome(ActionResult.SUCCESS, association.view.invoke(method, parameter))
    except AccessError as refusal:
        return ActionOutcome(refusal.action_result)


def _begin(
    association: Association,
    request: ActionRequestFirstBlock | ActionRequestWithListFirstBlock,
    methods: tuple[MethodDescriptor, ...],
    *,
    with_list: bool,
) -> bytes:
    receiver = BlockReceiver(association.limits.max_transfer_octets)
    incoming = Incoming(request.invoke, methods, receiver, with_list)
    association.transfers.action = incoming
    return _receive(association, incoming, request.block)


def _receive(association: Association, incoming: Incoming[MethodDescriptor], block: DataBlock) -> bytes:
    try:
        whole = incoming.receiver.receive(block)
    except BlockError:
        association.transfers.action = None
        return _refuse(incoming.invoke, ActionResult.LONG_ACTION_ABORTED)
    if whole is None:
        return ActionResponseNextBlock(incoming.invoke, block.block_number).to_bytes()
    association.transfers.action = None
    try:
        parameters = _parameters(whole, incoming)
    except DecodeError:
        return _refuse(incoming.invoke, ActionResult.TYPE_UNMATCHED)
    outcomes = _invoke_all(association, incoming.targets, parameters)
    if incoming.with_list:
        return _answer_list(association, incoming.invoke, outcomes)
    return _answer(association, incoming.invoke, outcomes[0])


def _parameters(raw: bytes, incoming: Incoming[MethodDescriptor]) -> tuple[Data, ...]:
    if not incoming.with_list:
        return (axdr.decode(raw),)
    reader = Reader(raw)
    parameters = read_list(reader, "method-invocation-parameters", read_data)
    reader.expect_end("method-invocation-parameters")
    if len(parameters) != len(incoming.targets):
        raise DecodeError(f"method-invocation-parameters: {len(parameters)}, not {len(incoming.targets)}")
    return parameters


def _invoke_all(
    association: Association, methods: tuple[MethodDescriptor, ...], parameters: tuple[Data, ...]
) -> tuple[ActionOutcome, ...]:
    return tuple(
        invoke(association, method, parameter) for method, parameter in zip(methods, parameters, strict=True)
    )


def _answer_list(association: Association, invoke_id: int, outcomes: tuple[ActionOutcome, ...]) -> bytes:
    try:
        raw = [outcome.to_bytes() for outcome in outcomes]
    except DlmsValueError:
        return _refuse(invoke_id, ActionResult.HARDWARE_FAULT)
    head = bytes((ActionResponseWithList.tag, ActionResponseWithList.choice, invoke_id))
    return _fitted(association, invoke_id, head, list_of(raw))


def _answer(association: Association, invoke_id: int, outcome: ActionOutcome) -> bytes:
    try:
        raw = outcome.to_bytes()
    except DlmsValueError:
        return _refuse(invoke_id, ActionResult.HARDWARE_FAULT)
    return _fitted(
        association, invoke_id, bytes((ActionResponseNormal.tag, ActionResponseNormal.choice, invoke_id)), raw
    )


def _fitted(association: Association, invoke_id: int, head: bytes, payload: bytes) -> bytes:
    """The answer whole where it fits, else its first block."""
    if len(head) + len(payload) <= association.whole_octets_max(Conformance.BLOCK_TRANSFER_WITH_ACTION):
        return head + payload
    if not association.grants(Conformance.BLOCK_TRANSFER_WITH_ACTION):
        return _refuse(invoke_id, ActionResult.OTHER_REASON)
    room = block_room(association.response_octets_max, _BLOCK_OVERHEAD)
    return _send(association, Outgoing(invoke_id, BlockSender(payload, room)))


def _send(association: Association, outgoing: Outgoing) -> bytes:
    block = outgoing.sender.next()
    association.transfers.action_answer = None if outgoing.sender.done else outgoing
    return ActionResponseWithBlock(outgoing.invoke, block).to_bytes()


def _refuse(invoke_id: int, result: ActionResult) -> bytes:
    return ActionResponseNormal(invoke_id, ActionOutcome(result)).to_bytes()
