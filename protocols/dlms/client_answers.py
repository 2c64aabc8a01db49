"""What a client makes of the answers to GET, SET and ACTION: a table, one small function each.

Source: IEC 62056-5-3, GET, SET and ACTION services, with blocks
"""

from collections.abc import Callable
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.blocks import BlockReceiver, BlockSender
from protocols.dlms.client_events import (
    ActionDone,
    ApduToSend,
    ClientEvent,
    GetListResult,
    GetResult,
    SetResult,
)
from protocols.dlms.client_states import ClientState
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.reader import Reader
from protocols.dlms.xdlms.action import (
    ActionOutcome,
    ActionRequestBlock,
    ActionRequestNextBlock,
    ActionResponseNextBlock,
    ActionResponseNormal,
    ActionResponseWithBlock,
)
from protocols.dlms.xdlms.fields import DataBlock, read_list, read_result
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
    SetResponseNormal,
)


class Exchange:
    """One request under way: its invoke-id-and-priority, and the blocks in and out.

    Args:
        invoke: invoke-id-and-priority of the request.
        max_octets: octets that the blocks of a long answer may join to.
        with_list: the answer is a list of results.
    """

    __slots__ = ("invoke", "receiver", "sender", "with_list")

    def __init__(self, invoke: int, max_octets: int, *, with_list: bool = False) -> None:
        self.invoke = invoke
        self.with_list = with_list
        self.receiver = BlockReceiver(max_octets)
        self.sender: BlockSender | None = None

    def cut(self, payload: bytes, block_octets: int) -> DataBlock:
        """Begin to send `payload` in blocks: the first of them."""
        self.sender = BlockSender(payload, block_octets)
        return self.sender.next()

    def next_block(self, acknowledged: int) -> DataBlock:
        """The block after the one that the server acknowledged.

        Raises:
            RemoteProtocolError: the server acknowledged another block, or one that was the last.
        """
        sender = self.sender
        if sender is None or sender.done or sender.block_number != acknowledged:
            raise RemoteProtocolError(f"block {acknowledged} was acknowledged, which was not sent last")
        return sender.next()


# What an answer means, and whether the exchange is done.
Outcome = tuple[list[ClientEvent], bool]


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
    if not exchange.with_list:
        return [GetResult(axdr.decode(whole))], True
    reader = Reader(whole)
    results = read_list(reader, "result", read_result)
    reader.expect_end("result")
    return [GetListResult(results)], True


def _set_normal(_exchange: Exchange, answer: SetResponseNormal | SetResponseLastBlock) -> Outcome:
    return [SetResult(answer.result)], True


def _set_block(exchange: Exchange, answer: SetResponseBlock) -> Outcome:
    block = exchange.next_block(answer.block_number)
    return [ApduToSend(SetRequestBlock(exchange.invoke, block).to_bytes())], False


def _action_normal(_exchange: Exchange, answer: ActionResponseNormal) -> Outcome:
    return [_done(answer.outcome)], True


def _action_next(exchange: Exchange, answer: ActionResponseNextBlock) -> Outcome:
    block = exchange.next_block(answer.block_number)
    return [ApduToSend(ActionRequestBlock(exchange.invoke, block).to_bytes())], False


def _action_block(exchange: Exchange, answer: ActionResponseWithBlock) -> Outcome:
    whole = exchange.receiver.receive(answer.block)
    if whole is None:
        return [
            ApduToSend(ActionRequestNextBlock(exchange.invoke, answer.block.block_number).to_bytes())
        ], False
    reader = Reader(whole)
    outcome = ActionOutcome.read(reader)
    reader.expect_end("action-response-with-optional-data")
    return [_done(outcome)], True


def _done(outcome: ActionOutcome) -> ActionDone:
    return ActionDone(outcome.result, outcome.returned if isinstance(outcome.returned, Data) else None)


ANSWERS: dict[tuple[ClientState, type[Any]], Callable[[Exchange, Any], Outcome]] = {
    (ClientState.AWAITING_GET, GetResponseNormal): _get_normal,
    (ClientState.AWAITING_GET, GetResponseWithDatablock): _get_block,
    (ClientState.AWAITING_GET, GetResponseWithList): _get_list,
    (ClientState.AWAITING_SET, SetResponseNormal): _set_normal,
    (ClientState.AWAITING_SET, SetResponseBlock): _set_block,
    (ClientState.AWAITING_SET, SetResponseLastBlock): _set_normal,
    (ClientState.AWAITING_ACTION, ActionResponseNormal): _action_normal,
    (ClientState.AWAITING_ACTION, ActionResponseNextBlock): _action_next,
    (ClientState.AWAITING_ACTION, ActionResponseWithBlock): _action_block,
}
