"""Answers to GET, SET, ACTION and ACCESS at a client: a table, one small function each.

Source: IEC 62056-5-3, GET, SET, ACTION and ACCESS services, with blocks
"""

from collections.abc import Callable
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.client.events import (
    ActionDone,
    ActionListDone,
    ApduToSend,
    ClientEvent,
    ClientState,
    GetListResult,
    GetOctets,
    GetResult,
    SetListResult,
    SetResult,
)
from protocols.dlms.client.requests import Exchange, access_done
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.access import AccessResponse
from protocols.dlms.xdlms.action import (
    ActionOutcome,
    ActionRequestBlock,
    ActionRequestNextBlock,
    ActionResponseNextBlock,
    ActionResponseNormal,
    ActionResponseWithBlock,
    ActionResponseWithList,
)
from protocols.dlms.xdlms.fields import INVOKE_ID_MASK, DataBlock, read_list, read_result
from protocols.dlms.xdlms.get import (
    GetRequestNext,
    GetResponseNormal,
    GetResponseWithDatablock,
    GetResponseWithList,
)
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetResponseBlock,
    SetResponseLastBlock,
    SetResponseLastBlockWithList,
    SetResponseNormal,
    SetResponseWithList,
)

# What an answer means, and whether the exchange is done.
Outcome = tuple[list[ClientEvent], bool]
# tag and choice, invoke-id, choice of the result; the value follows
_GET_NORMAL = bytes((GetResponseNormal.tag, GetResponseNormal.choice))
_INVOKE_AT, _CHOICE_AT, _VALUE_AT = 2, 3, 4
_DATA = b"\x00"


def value_answered(exchange: Exchange, apdu: bytes) -> GetOctets | GetResult | None:
    """Event of a get-response-normal to `exchange`, without a detour by its whole.

    A value that is wanted undecoded, or a number, which is what meters answer most; None for any other APDU.
    """
    if apdu[:_INVOKE_AT] != _GET_NORMAL or apdu[_CHOICE_AT:_VALUE_AT] != _DATA:
        return None
    if apdu[_INVOKE_AT] & INVOKE_ID_MASK != exchange.key or len(apdu) <= _VALUE_AT:
        return None
    if exchange.as_octets:
        return GetOctets(apdu[_VALUE_AT:])
    number = axdr.decode_number(apdu, _VALUE_AT)
    return None if number is None else GetResult(number)


def _get_normal(_exchange: Exchange, answer: GetResponseNormal) -> Outcome:
    return [GetResult(answer.result)], True


def _get_list(_exchange: Exchange, answer: GetResponseWithList) -> Outcome:
    return [GetListResult(answer.results)], True


def _get_block(exchange: Exchange, answer: GetResponseWithDatablock) -> Outcome:
    if isinstance(answer.result, DataAccessResult):
        return [GetResult(answer.result)], True
    block = DataBlock(answer.last_block, answer.block_number, answer.result)
    whole = exchange.receiver.receive(block)
    if whole is None:
        return [ApduToSend(GetRequestNext(exchange.invoke, answer.block_number).to_bytes())], False
    if exchange.as_octets:
        return [GetOctets(whole)], True
    if not exchange.with_list:
        return [GetResult(axdr.decode(whole))], True
    reader = Reader(whole)
    results = read_list(reader, "result", read_result)
    reader.expect_end("result")
    return [GetListResult(results)], True


def _set_normal(exchange: Exchange, answer: SetResponseNormal | SetResponseLastBlock) -> Outcome:
    # A long list that is broken off has one result for all of it.
    if exchange.with_list:
        return [SetListResult((answer.result,))], True
    return [SetResult(answer.result)], True


def _set_list(_exchange: Exchange, answer: SetResponseWithList | SetResponseLastBlockWithList) -> Outcome:
    return [SetListResult(answer.results)], True


def _set_block(exchange: Exchange, answer: SetResponseBlock) -> Outcome:
    block = exchange.next_block(answer.block_number)
    return [ApduToSend(SetRequestBlock(exchange.invoke, block).to_bytes())], False


def _action_normal(exchange: Exchange, answer: ActionResponseNormal) -> Outcome:
    done = _done(answer.outcome)
    return [ActionListDone((done,)) if exchange.with_list else done], True


def _action_list(_exchange: Exchange, answer: ActionResponseWithList) -> Outcome:
    return [ActionListDone(tuple(_done(outcome) for outcome in answer.outcomes))], True


def _action_next(exchange: Exchange, answer: ActionResponseNextBlock) -> Outcome:
    block = exchange.next_block(answer.block_number)
    return [ApduToSend(ActionRequestBlock(exchange.invoke, block).to_bytes())], False


def _action_block(exchange: Exchange, answer: ActionResponseWithBlock) -> Outcome:
    whole = exchange.receiver.receive(answer.block)
    if whole is None:
        following = ActionRequestNextBlock(exchange.invoke, answer.block.block_number)
        return [ApduToSend(following.to_bytes())], False
    reader = Reader(whole)
    if exchange.with_list:
        outcomes = read_list(reader, "list-of-responses", ActionOutcome.read)
        reader.expect_end("list-of-responses")
        return [ActionListDone(tuple(_done(outcome) for outcome in outcomes))], True
    outcome = ActionOutcome.read(reader)
    reader.expect_end("action-response-with-optional-data")
    return [_done(outcome)], True


def _access(_exchange: Exchange, answer: AccessResponse) -> Outcome:
    return [access_done(answer)], True


def _done(outcome: ActionOutcome) -> ActionDone:
    return ActionDone(outcome.result, outcome.returned if isinstance(outcome.returned, Data) else None)


ANSWERS: dict[tuple[ClientState, type[Any]], Callable[[Exchange, Any], Outcome]] = {
    (ClientState.AWAITING_GET, GetResponseNormal): _get_normal,
    (ClientState.AWAITING_GET, GetResponseWithDatablock): _get_block,
    (ClientState.AWAITING_GET, GetResponseWithList): _get_list,
    (ClientState.AWAITING_SET, SetResponseNormal): _set_normal,
    (ClientState.AWAITING_SET, SetResponseBlock): _set_block,
    (ClientState.AWAITING_SET, SetResponseLastBlock): _set_normal,
    (ClientState.AWAITING_SET, SetResponseWithList): _set_list,
    (ClientState.AWAITING_SET, SetResponseLastBlockWithList): _set_list,
    (ClientState.AWAITING_ACTION, ActionResponseNormal): _action_normal,
    (ClientState.AWAITING_ACTION, ActionResponseWithList): _action_list,
    (ClientState.AWAITING_ACTION, ActionResponseNextBlock): _action_next,
    (ClientState.AWAITING_ACTION, ActionResponseWithBlock): _action_block,
    (ClientState.AWAITING_ACCESS, AccessResponse): _access,
}
