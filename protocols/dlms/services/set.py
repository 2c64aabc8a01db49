"""The SET service of a server, with blocks when the value is long.

Source: IEC 62056-5-3, SET service; protocol for long SET of the Green Book, 9.4.6.4
"""

from protocols.dlms import axdr
from protocols.dlms.association import Association
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockError, BlockFault, BlockReceiver
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecodeError
from protocols.dlms.services import exceptions
from protocols.dlms.transfers import Incoming
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.fields import CONFIRMED, DataBlock
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetRequestFirstBlock,
    SetRequestNormal,
    SetRequestWithList,
    SetResponseBlock,
    SetResponseLastBlock,
    SetResponseNormal,
    SetResponseWithList,
)

_FAULTS = {
    BlockFault.NUMBER_INVALID: DataAccessResult.DATA_BLOCK_NUMBER_INVALID,
    BlockFault.TOO_LONG: DataAccessResult.LONG_SET_ABORTED,
}


def normal(association: Association, request: SetRequestNormal) -> bytes | None:
    """Write one attribute; an unconfirmed request has no answer."""
    if not association.grants(Conformance.SET):
        return exceptions.NOT_ALLOWED
    result = _write(association, request.reference, request.value)
    return SetResponseNormal(request.invoke, result).to_bytes() if request.invoke & CONFIRMED else None


def with_list(association: Association, request: SetRequestWithList) -> bytes:
    """Write several attributes, in order; one that fails does not stop the others."""
    if not association.grants(Conformance.SET) or not association.grants(Conformance.MULTIPLE_REFERENCES):
        return exceptions.NOT_ALLOWED
    if len(request.references) != len(request.values):
        return exceptions.MALFORMED
    pairs = zip(request.references, request.values, strict=True)
    results = tuple(_write(association, reference, value) for reference, value in pairs)
    return SetResponseWithList(request.invoke, results).to_bytes()


def first_block(association: Association, request: SetRequestFirstBlock) -> bytes:
    """Begin a long value."""
    if not association.grants(Conformance.SET) or not association.grants(
        Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE
    ):
        return exceptions.NOT_ALLOWED
    incoming = Incoming(request.reference, BlockReceiver(association.limits.max_transfer_octets))
    association.transfers.set = incoming
    return _receive(association, incoming, request.invoke, request.block)


def further_block(association: Association, request: SetRequestBlock) -> bytes:
    """Go on with a long value."""
    incoming = association.transfers.set
    if incoming is None:
        number = request.block.block_number
        return SetResponseLastBlock(
            request.invoke, DataAccessResult.NO_LONG_SET_IN_PROGRESS, number
        ).to_bytes()
    return _receive(association, incoming, request.invoke, request.block)


def _receive(
    association: Association, incoming: Incoming[AttributeReference], invoke: int, block: DataBlock
) -> bytes:
    try:
        whole = incoming.receiver.receive(block)
    except BlockError as error:
        result = _FAULTS[error.fault]
    else:
        if whole is None:
            return SetResponseBlock(invoke, block.block_number).to_bytes()
        result = _write_raw(association, incoming.target, whole)
    association.transfers.set = None
    return SetResponseLastBlock(invoke, result, block.block_number).to_bytes()


def _write_raw(association: Association, reference: AttributeReference, raw: bytes) -> DataAccessResult:
    try:
        value = axdr.decode(raw)
    except DecodeError:
        return DataAccessResult.TYPE_UNMATCHED
    return _write(association, reference, value)


def _write(association: Association, reference: AttributeReference, value: Data) -> DataAccessResult:
    try:
        association.view.write(reference, value)
    except AccessError as refusal:
        return refusal.data_access_result
    return DataAccessResult.SUCCESS
