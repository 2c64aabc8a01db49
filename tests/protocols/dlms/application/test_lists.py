"""SET and ACTION with lists, whole and in blocks, and lists whose answer goes in blocks."""

from collections.abc import Callable

import pytest
from dlms_small_device import CLOCK, ECHO, ENERGY, MESSAGE, PROFILE, RELAY, Pair, State

from protocols.dlms import axdr
from protocols.dlms.client.events import ActionDone, ActionListDone, GetListResult, SetListResult, SetResult
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem import EntrySelection
from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.action import (
    ActionRequestBlock,
    ActionRequestFirstBlock,
    ActionRequestWithList,
    ActionRequestWithListFirstBlock,
)
from protocols.dlms.xdlms.descriptors import AttributeDescriptor, AttributeReference, MethodDescriptor
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetRequestFirstBlock,
    SetRequestWithList,
    SetRequestWithListFirstBlock,
)

MakePair = Callable[..., Pair]
DONE, DENIED = DataAccessResult.SUCCESS, DataAccessResult.READ_WRITE_DENIED
LIMITS = ServerLimits(max_receive_pdu=64)
REFERENCE = AttributeReference(AttributeDescriptor(1, MESSAGE, 2))
METHOD = MethodDescriptor(8192, ECHO, 1)


def _text(size: int) -> axdr.Data:
    return axdr.octet_string(bytes(range(size)))


@pytest.mark.parametrize(("size", "requests"), [(4, 1), (120, 3)])
def test_set_list(pair: MakePair, state: State, size: int, requests: int) -> None:
    made = pair(limits=LIMITS)
    items = [
        ((1, MESSAGE, 2), _text(size)),
        ((3, ENERGY, 2), axdr.unsigned(1)),
        ((8, CLOCK, 3), axdr.long(60)),
    ]
    assert made.call(made.client.set_list(items)) == SetListResult((DONE, DENIED, DONE))
    assert state.message == bytes(range(size))
    assert len(made.sent) - 1 == requests
    assert max(map(len, made.sent[1:])) <= LIMITS.max_receive_pdu


@pytest.mark.parametrize("size", [4, 120])
def test_action_list(pair: MakePair, state: State, size: int) -> None:
    made = pair(limits=LIMITS, max_pdu=64)
    event = made.call(
        made.client.action_list(
            [
                (8192, ECHO, 1, _text(size)),
                (70, RELAY, 1, axdr.integer(0)),
                (70, RELAY, 2, axdr.integer(0)),
                (8192, ECHO, 1, None),
            ]
        )
    )
    assert event == ActionListDone(
        (
            ActionDone(ActionResult.SUCCESS, _text(size)),
            ActionDone(ActionResult.SUCCESS),
            ActionDone(ActionResult.READ_WRITE_DENIED),
            ActionDone(ActionResult.SUCCESS, axdr.null()),
        )
    )
    assert state.disconnects == 1
    assert max(len(answer) for answer in made.answers[1:] if answer) <= 64


def test_get_list_with_selections_in_blocks(pair: MakePair) -> None:
    made = pair(max_pdu=64)
    targets = [(7, PROFILE, 2, EntrySelection(3, 6)), (3, ENERGY, 2), (3, ENERGY, 9)]
    event = made.call(made.client.get_list(targets))
    assert isinstance(event, GetListResult)
    rows, energy, refused = event.results
    assert isinstance(rows, axdr.Data)
    assert [row[1] for row in rows.python()] == [3, 4, 5, 6]  # type: ignore[attr-defined]
    assert (energy, refused) == (axdr.double_long_unsigned(1362), DENIED)
    assert len(made.answers) > 2


def test_long_action_both_ways(pair: MakePair) -> None:
    made = pair(limits=LIMITS, max_pdu=64)
    assert made.call(made.client.action(8192, ECHO, 1, _text(200))) == ActionDone(
        ActionResult.SUCCESS, _text(200)
    )


@pytest.mark.parametrize("call", ["set", "set_list", "action", "action_list"])
def test_unconfirmed_requests_are_carried_out_and_not_answered(
    pair: MakePair, state: State, call: str
) -> None:
    made = pair()
    arguments: dict[str, tuple[object, ...]] = {
        "set": (1, MESSAGE, 2, _text(3)),
        "set_list": ([((1, MESSAGE, 2), _text(3))],),
        "action": (70, RELAY, 1, axdr.integer(0)),
        "action_list": ([(70, RELAY, 1, axdr.integer(0))],),
    }
    apdu = getattr(made.client, call)(*arguments[call], confirmed=False)
    assert made.exchange(apdu) is None
    assert (state.message, state.disconnects) in ((bytes(range(3)), 0), (b"hola", 1))
    # The client waits for nothing.
    assert made.call(made.client.set(1, MESSAGE, 2, _text(2))) == SetResult(DONE)


def test_unconfirmed_requests_have_no_blocks(pair: MakePair) -> None:
    made = pair(limits=LIMITS)
    with pytest.raises(LocalProtocolError, match="confirmed"):
        made.client.set(1, MESSAGE, 2, _text(100), confirmed=False)
    assert made.call(made.client.set(1, MESSAGE, 2, _text(100))) == SetResult(DONE)


# ---------------------------------------------------------------- requests that a client should not send


def _blocks(first: bytes, *further: bytes, made: Pair) -> bytes | None:
    answer = made.exchange(first)
    for apdu in further:
        answer = made.exchange(apdu)
    return answer


@pytest.mark.parametrize("raw", ["", "00", "0203", "020000ff", "03000000"])
def test_a_long_list_must_have_as_many_values(pair: MakePair, state: State, raw: str) -> None:
    made = pair()
    request = SetRequestWithListFirstBlock(
        0xC1, (REFERENCE, REFERENCE), DataBlock(True, 1, bytes.fromhex(raw))
    )
    mismatch = int(DataAccessResult.TYPE_UNMATCHED)
    assert made.exchange(request.to_bytes()) == bytes((0xC5, 4, 0xC1, 2, mismatch, mismatch, 0, 0, 0, 1))
    assert state.message == b"hola"


@pytest.mark.parametrize("raw", ["", "00", "0203", "020000ff", "03000000"])
def test_a_long_list_of_methods_must_have_as_many_parameters(pair: MakePair, raw: str) -> None:
    made = pair()
    request = ActionRequestWithListFirstBlock(0xC1, (METHOD, METHOD), DataBlock(True, 1, bytes.fromhex(raw)))
    assert made.exchange(request.to_bytes()) == bytes((0xC7, 1, 0xC1, ActionResult.TYPE_UNMATCHED, 0))


def test_a_list_whose_answer_does_not_fit_writes_nothing(pair: MakePair, state: State) -> None:
    made = pair(max_pdu=12)
    whole = SetRequestWithList(0xC1, (REFERENCE,) * 5, (_text(2),) * 5)
    assert made.exchange(whole.to_bytes()) == error_responses.TOO_LONG
    first = SetRequestWithListFirstBlock(0xC1, (REFERENCE,) * 5, DataBlock(False, 1, b""))
    assert made.exchange(first.to_bytes()) == error_responses.TOO_LONG
    assert state.message == b"hola"


def test_lists_of_different_lengths(pair: MakePair) -> None:
    made = pair()
    request = ActionRequestWithList(0xC1, (METHOD,), ())
    assert made.exchange(request.to_bytes()) == error_responses.MALFORMED
    assert made.exchange(ActionRequestWithList(0x81, (METHOD,), ()).to_bytes()) is None


@pytest.mark.parametrize(
    ("first", "further", "answer"),
    [
        (
            SetRequestFirstBlock(0xC1, REFERENCE, DataBlock(False, 1, b"\x09")),
            SetRequestBlock(0xC2, DataBlock(True, 2, b"\x00")),
            bytes((0xC5, 3, 0xC2, DataAccessResult.LONG_SET_ABORTED, 0, 0, 0, 2)),
        ),
        (
            SetRequestFirstBlock(0xC1, REFERENCE, DataBlock(False, 1, b"\x09")),
            SetRequestBlock(0xC1, DataBlock(True, 0x7FFF_FFFF, b"\x00")),
            bytes((0xC5, 3, 0xC1, DataAccessResult.DATA_BLOCK_NUMBER_INVALID, 0x7F, 0xFF, 0xFF, 0xFF)),
        ),
        (
            ActionRequestFirstBlock(0xC1, METHOD, DataBlock(False, 1, b"\x09")),
            ActionRequestBlock(0xC2, DataBlock(True, 2, b"\x00")),
            bytes((0xC7, 1, 0xC2, ActionResult.LONG_ACTION_ABORTED, 0)),
        ),
        (
            ActionRequestFirstBlock(0xC1, METHOD, DataBlock(False, 1, b"\x09")),
            ActionRequestBlock(0xC1, DataBlock(True, 0x8000_0000, b"\x00")),
            bytes((0xC7, 1, 0xC1, ActionResult.LONG_ACTION_ABORTED, 0)),
        ),
    ],
)
def test_a_block_of_another_transfer_breaks_it_off(
    pair: MakePair, first: SetRequestFirstBlock, further: SetRequestBlock, answer: bytes
) -> None:
    made = pair()
    assert _blocks(first.to_bytes(), further.to_bytes(), made=made) == answer
    # The association lives on.
    assert made.call(made.client.set(1, MESSAGE, 2, _text(2))) == SetResult(DONE)


def test_long_requests_are_bounded(pair: MakePair, state: State) -> None:
    made = pair(limits=ServerLimits(max_receive_pdu=64, max_transfer_octets=100))
    event = made.call(made.client.set_list([((1, MESSAGE, 2), _text(200))]))
    assert event == SetListResult((DataAccessResult.LONG_SET_ABORTED,))
    done = made.call(made.client.action_list([(8192, ECHO, 1, _text(200))]))
    assert done == ActionListDone((ActionDone(ActionResult.LONG_ACTION_ABORTED),))
    assert state.message == b"hola"
