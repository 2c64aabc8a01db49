"""The ACTION service of a server, with blocks both ways.

In a long response the blocks join to the action-response-with-optional-data that a short one would carry;
no public text confirms it, so a client should be ready for another reading.

Source: IEC 62056-5-3, ACTION service; protocol for long ACTION of the Green Book, 9.4.6.5
"""

from protocols.dlms import axdr
from protocols.dlms.association import Association
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockError, BlockReceiver, BlockSender, block_room
from protocols.dlms.codes import ActionResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.services import exceptions
from protocols.dlms.transfers import Incoming, Outgoing
from protocols.dlms.xdlms.action import (
    ActionOutcome,
    ActionRequestBlock,
    ActionRequestFirstBlock,
    ActionRequestNextBlock,
    ActionRequestNormal,
    ActionRequestWithList,
    ActionResponseNextBlock,
    ActionResponseNormal,
    ActionResponseWithBlock,
    ActionResponseWithList,
)
from protocols.dlms.xdlms.descriptors import MethodDescriptor
from protocols.dlms.xdlms.fields import CONFIRMED, DataBlock

# tag, choice, invoke-id, last-block, block-number (4); the length of the raw data follows
_BLOCK_OVERHEAD = 8


def normal(association: Association, request: ActionRequestNormal) -> bytes | None:
    """Invoke one method; an unconfirmed request has no answer."""
    if not association.grants(Conformance.ACTION):
        return exceptions.NOT_ALLOWED
    outcome = _invoke(association, request.method, request.parameters)
    return _answer(association, request.invoke, outcome) if request.invoke & CONFIRMED else None


def with_list(association: Association, request: ActionRequestWithList) -> bytes:
    """Invoke several methods, in order; one that fails does not stop the others."""
    if not association.grants(Conformance.ACTION) or not association.grants(Conformance.MULTIPLE_REFERENCES):
        return exceptions.NOT_ALLOWED
    if len(request.methods) != len(request.parameters):
        return exceptions.MALFORMED
    pairs = zip(request.methods, request.parameters, strict=True)
    outcomes = tuple(_invoke(association, method, parameter) for method, parameter in pairs)
    answer = ActionResponseWithList(request.invoke, outcomes).to_bytes()
    if len(answer) <= association.response_octets_max:
        return answer
    return _refuse(request.invoke, ActionResult.OTHER_REASON)


def first_block(association: Association, request: ActionRequestFirstBlock) -> bytes:
    """Begin long parameters."""
    if not association.grants(Conformance.ACTION) or not association.grants(
        Conformance.BLOCK_TRANSFER_WITH_ACTION
    ):
        return exceptions.NOT_ALLOWED
    incoming = Incoming(request.method, BlockReceiver(association.limits.max_transfer_octets))
    association.transfers.action = incoming
    return _receive(association, incoming, request.invoke, request.block)


def further_block(association: Association, request: ActionRequestBlock) -> bytes:
    """Go on with long parameters."""
    incoming = association.transfers.action
    if incoming is None:
        return _refuse(request.invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
    return _receive(association, incoming, request.invoke, request.block)


def next_block(association: Association, request: ActionRequestNextBlock) -> bytes:
    """The next block of a long response."""
    outgoing = association.transfers.action_answer
    association.transfers.action_answer = None
    if outgoing is None:
        return _refuse(request.invoke, ActionResult.NO_LONG_ACTION_IN_PROGRESS)
    if outgoing.invoke != request.invoke or outgoing.sender.block_number != request.block_number:
        return _refuse(request.invoke, ActionResult.LONG_ACTION_ABORTED)
    return _send(association, outgoing)


def _receive(
    association: Association, incoming: Incoming[MethodDescriptor], invoke: int, block: DataBlock
) -> bytes:
    try:
        whole = incoming.receiver.receive(block)
    except BlockError:
        association.transfers.action = None
        return _refuse(invoke, ActionResult.LONG_ACTION_ABORTED)
    if whole is None:
        return ActionResponseNextBlock(invoke, block.block_number).to_bytes()
    association.transfers.action = None
    try:
        parameters = axdr.decode(whole)
    except DecodeError:
        return _refuse(invoke, ActionResult.TYPE_UNMATCHED)
    return _answer(association, invoke, _invoke(association, incoming.target, parameters))


def _invoke(association: Association, method: MethodDescriptor, parameter: Data | None) -> ActionOutcome:
    try:
        return ActionOutcome(ActionResult.SUCCESS, association.view.invoke(method, parameter))
    except AccessError as refusal:
        return ActionOutcome(refusal.action_result)


def _answer(association: Association, invoke: int, outcome: ActionOutcome) -> bytes:
    try:
        answer = ActionResponseNormal(invoke, outcome).to_bytes()
    except DlmsValueError:
        return _refuse(invoke, ActionResult.HARDWARE_FAULT)
    if len(answer) <= association.response_octets_max:
        return answer
    room = block_room(association.response_octets_max, _BLOCK_OVERHEAD)
    if not association.grants(Conformance.BLOCK_TRANSFER_WITH_ACTION):
        return _refuse(invoke, ActionResult.OTHER_REASON)
    return _send(association, Outgoing(invoke, BlockSender(outcome.to_bytes(), room)))


def _send(association: Association, outgoing: Outgoing) -> bytes:
    block = outgoing.sender.next()
    association.transfers.action_answer = None if outgoing.sender.done else outgoing
    return ActionResponseWithBlock(outgoing.invoke, block).to_bytes()


def _refuse(invoke: int, result: ActionResult) -> bytes:
    return ActionResponseNormal(invoke, ActionOutcome(result)).to_bytes()
