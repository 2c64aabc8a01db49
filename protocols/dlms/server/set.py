"""The SET service of a server, for one attribute and for lists, with blocks when the values are long.

Source: IEC 62056-5-3, SET service; protocol for long SET of the Green Book, 9.4.6.4
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockError, BlockFault, BlockReceiver
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.errors import DecodeError
from protocols.dlms.reader import Reader
from protocols.dlms.server.association import Association, Incoming
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.descriptors import AttributeReference
from protocols.dlms.xdlms.fields import CONFIRMED, INVOKE_ID_MASK, DataBlock, read_data, read_list
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetRequestFirstBlock,
    SetRequestNormal,
    SetRequestWithList,
    SetRequestWithListFirstBlock,
    SetResponseBlock,
    SetResponseLastBlock,
    SetResponseLastBlockWithList,
    SetResponseNormal,
    SetResponseWithList,
)

_FAULTS = {
    BlockFault.NUMBER_INVALID: DataAccessResult.DATA_BLOCK_NUMBER_INVALID,
    BlockFault.TOO_LONG: DataAccessResult.LONG_SET_ABORTED,
}
# tag, choice, invoke-id, count (3), block-number (4): what an answer holds beside one octet for each result
_LIST_OVERHEAD = 10


def normal(association: Association, request: SetRequestNormal) -> bytes | None:
    """Write one attribute; an unconfirmed request has no answer."""
    result = write(association, request.reference, request.value)
    return SetResponseNormal(request.invoke, result).to_bytes() if request.invoke & CONFIRMED else None


def with_list(association: Association, request: SetRequestWithList) -> bytes | None:
    """Write several attributes, in order; one that fails does not stop the others.

    Nothing is written where the answer would not fit; an unconfirmed request has no answer.
    """
    confirmed = request.invoke & CONFIRMED
    if len(request.references) != len(request.values):
        return error_responses.MALFORMED if confirmed else None
    if not _answer_fits(association, len(request.references)):
        return error_responses.TOO_LONG if confirmed else None
    results = _write_all(association, request.references, request.values)
    return SetResponseWithList(request.invoke, results).to_bytes() if confirmed else None


def first_block(association: Association, request: SetRequestFirstBlock) -> bytes:
    """Begin a long value."""
    return _begin(association, request, (request.reference,), with_list=False)


def list_first_block(association: Association, request: SetRequestWithListFirstBlock) -> bytes:
    """Begin a long list of values."""
    if not _answer_fits(association, len(request.references)):
        return error_responses.TOO_LONG
    return _begin(association, request, request.references, with_list=True)


def further_block(association: Association, request: SetRequestBlock) -> bytes:
    """Go on with a long value, or with a long list of them."""
    incoming, number = association.transfers.set, request.block.block_number
    if incoming is None:
        result = DataAccessResult.NO_LONG_SET_IN_PROGRESS
        return SetResponseLastBlock(request.invoke, result, number).to_bytes()
    if (incoming.invoke ^ request.invoke) & INVOKE_ID_MASK:
        association.transfers.set = None
        return SetResponseLastBlock(request.invoke, DataAccessResult.LONG_SET_ABORTED, number).to_bytes()
    return _receive(association, incoming, request.block)


def write(association: Association, reference: AttributeReference, value: Data) -> DataAccessResult:
    """Write one attribute of what the association sees."""
    try:
        association.view.write(reference, value)
    except AccessError as refusal:
        return refusal.data_access_result
    return DataAccessResult.SUCCESS


def _begin(
    association: Association,
    request: SetRequestFirstBlock | SetRequestWithListFirstBlock,
    references: tuple[AttributeReference, ...],
    *,
    with_list: bool,
) -> bytes:
    receiver = BlockReceiver(association.limits.max_transfer_octets)
    incoming = Incoming(request.invoke, references, receiver, with_list)
    association.transfers.set = incoming
    return _receive(association, incoming, request.block)


def _receive(association: Association, incoming: Incoming[AttributeReference], block: DataBlock) -> bytes:
    invoke, number = incoming.invoke, block.block_number
    try:
        whole = incoming.receiver.receive(block)
    except BlockError as error:
        association.transfers.set = None
        return SetResponseLastBlock(invoke, _FAULTS[error.fault], number).to_bytes()
    if whole is None:
        return SetResponseBlock(invoke, number).to_bytes()
    association.transfers.set = None
    if incoming.with_list:
        results = _write_raw_list(association, incoming.targets, whole)
        return SetResponseLastBlockWithList(invoke, results, number).to_bytes()
    try:
        result = write(association, incoming.targets[0], axdr.decode(whole))
    except DecodeError:
        result = DataAccessResult.TYPE_UNMATCHED
    return SetResponseLastBlock(invoke, result, number).to_bytes()


def _write_raw_list(
    association: Association, references: tuple[AttributeReference, ...], raw: bytes
) -> tuple[DataAccessResult, ...]:
    """Write what the blocks of a list joined to; nothing, where it is no list of as many values."""
    reader = Reader(raw)
    try:
        values = read_list(reader, "value-list", read_data)
        reader.expect_end("value-list")
    except DecodeError:
        values = ()
    if len(values) != len(references):
        return (DataAccessResult.TYPE_UNMATCHED,) * len(references)
    return _write_all(association, references, values)


def _write_all(
    association: Association, references: tuple[AttributeReference, ...], values: tuple[Data, ...]
) -> tuple[DataAccessResult, ...]:
    return tuple(
        write(association, reference, value) for reference, value in zip(references, values, strict=True)
    )


def _answer_fits(association: Association, results: int) -> bool:
    return _LIST_OVERHEAD + results <= association.answer_octets_max
