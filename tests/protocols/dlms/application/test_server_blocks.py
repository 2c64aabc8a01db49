"""Long GET, SET and ACTION at the server, in blocks: whole, broken off, and out of turn."""

from collections.abc import Callable

import pytest
from dlms_small_device import (
    ECHO,
    MESSAGE,
    PROFILE,
    ROWS,
    Pair,
    State,
)

from protocols.dlms import axdr
from protocols.dlms.client.events import ActionDone, GetResult, SetResult
from protocols.dlms.codes import ActionResult, DataAccessResult, ServiceError, StateError
from protocols.dlms.conformance_block import Conformance
from protocols.dlms.obis import Obis
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.xdlms.descriptors import (
    AttributeDescriptor,
    AttributeReference,
)
from protocols.dlms.xdlms.error_responses import ExceptionResponse
from protocols.dlms.xdlms.fields import DataBlock
from protocols.dlms.xdlms.get import GetRequestNext
from protocols.dlms.xdlms.set import (
    SetRequestBlock,
    SetRequestFirstBlock,
)

MakePair = Callable[..., Pair]
RESULT = DataAccessResult
UNKNOWN = Obis.from_string("1.0.99.99.99")
INVOKE = 0xC1


def _exception(state: StateError, service: ServiceError) -> bytes:
    return ExceptionResponse(state, service).to_bytes()


NOT_ALLOWED = _exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.SERVICE_NOT_SUPPORTED)
UNKNOWN_SERVICE = _exception(StateError.SERVICE_UNKNOWN, ServiceError.SERVICE_NOT_SUPPORTED)
MALFORMED = _exception(StateError.SERVICE_NOT_ALLOWED, ServiceError.OTHER_REASON)


@pytest.mark.parametrize("max_pdu", [12, 13, 20, 64, 137, 138, 139, 140, 141, 270, 300, 1055, 1056, 0])
def test_long_get(pair: MakePair, max_pdu: int) -> None:
    made = pair(max_pdu=max_pdu)
    event = made.call(made.client.get(7, PROFILE, 2))
    assert isinstance(event, GetResult)
    assert event.data is not None
    assert len(event.data.value) == ROWS  # type: ignore[arg-type]
    answers = [answer for answer in made.answers[1:] if answer]
    if max_pdu:
        assert max(map(len, answers)) <= max_pdu
    assert (len(answers) == 1) is (max_pdu == 0 or max_pdu >= 1056)


def test_long_get_needs_the_service(pair: MakePair) -> None:
    made = pair(max_pdu=64, conformance=Conformance.GET)
    assert made.call(made.client.get(7, PROFILE, 2)) == GetResult(RESULT.OTHER_REASON)


def _begin_long_get(made: Pair) -> int:
    answer = made.exchange(made.client.get(7, PROFILE, 2))
    assert answer is not None
    return answer[2]


@pytest.mark.parametrize(
    ("invoke", "number", "result"),
    [
        (0, 7, RESULT.DATA_BLOCK_NUMBER_INVALID),
        (0, 0, RESULT.DATA_BLOCK_NUMBER_INVALID),
        (1, 1, RESULT.LONG_GET_ABORTED),
    ],
)
def test_long_get_broken_off(pair: MakePair, invoke: int, number: int, result: DataAccessResult) -> None:
    made = pair(max_pdu=64)
    right = _begin_long_get(made)
    answer = made.exchange(GetRequestNext(right + invoke, number).to_bytes())
    assert answer == bytes((0xC4, 2, right + invoke, 1)) + number.to_bytes(4, "big") + bytes((1, result))
    again = made.exchange(GetRequestNext(right, 1).to_bytes())
    assert again is not None
    assert again[-1] == RESULT.NO_LONG_GET_IN_PROGRESS


def test_another_request_gives_the_transfer_up(pair: MakePair) -> None:
    made = pair(max_pdu=64)
    right = _begin_long_get(made)
    made.exchange(bytes.fromhex("c001c200030100010800ff0200"))
    answer = made.exchange(GetRequestNext(right, 1).to_bytes())
    assert answer is not None
    assert answer[-1] == RESULT.NO_LONG_GET_IN_PROGRESS


def test_long_set(pair: MakePair, state: State) -> None:
    made = pair(limits=ServerLimits(max_receive_pdu=64))
    text = bytes(range(256)) * 4
    assert made.call(made.client.set(1, MESSAGE, 2, axdr.octet_string(text))) == SetResult(RESULT.SUCCESS)
    assert state.message == text
    assert max(map(len, made.sent[1:])) <= 64
    assert len(made.sent) > 10


def _first_block(number: int, last: bool, raw: bytes) -> bytes:
    reference = AttributeReference(AttributeDescriptor(1, MESSAGE, 2))
    return SetRequestFirstBlock(INVOKE, reference, DataBlock(last, number, raw)).to_bytes()


def _block(number: int, last: bool, raw: bytes) -> bytes:
    return SetRequestBlock(INVOKE, DataBlock(last, number, raw)).to_bytes()


@pytest.mark.parametrize(
    ("requests", "result"),
    [
        ([_block(1, True, b"")], RESULT.NO_LONG_SET_IN_PROGRESS),
        ([_first_block(2, False, b"")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, b"\x09"), _block(3, True, b"")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, b"\x09"), _block(1, False, b"\x09")], RESULT.DATA_BLOCK_NUMBER_INVALID),
        ([_first_block(1, False, bytes(60)), _block(2, False, bytes(60))], RESULT.LONG_SET_ABORTED),
        ([_first_block(1, True, b"\x09\x7f")], RESULT.TYPE_UNMATCHED),
        ([_first_block(1, True, b"\x11\x01")], RESULT.TYPE_UNMATCHED),
        ([_first_block(1, True, b"\x09\x02ok")], RESULT.SUCCESS),
        ([_first_block(1, False, b"\x09"), _block(2, True, b"\x02ok")], RESULT.SUCCESS),
    ],
)
def test_long_set_answers(pair: MakePair, requests: list[bytes], result: DataAccessResult) -> None:
    made = pair(limits=ServerLimits(max_transfer_octets=100))
    answers = [made.exchange(request) for request in requests]
    number = int.from_bytes(answers[-1][-4:], "big") if answers[-1] else 0
    assert answers[-1] == bytes((0xC5, 3, INVOKE, result)) + number.to_bytes(4, "big")
    for index, answer in enumerate(answers[:-1], 1):
        assert answer == bytes((0xC5, 2, INVOKE)) + index.to_bytes(4, "big")


def test_long_action_both_ways(pair: MakePair) -> None:
    made = pair(max_pdu=50, limits=ServerLimits(max_receive_pdu=64))
    value = axdr.octet_string(bytes(500))
    assert made.call(made.client.action(8192, ECHO, 1, value)) == ActionDone(ActionResult.SUCCESS, value)
    assert max(map(len, made.sent[1:])) <= 64
    assert max(len(answer or b"") for answer in made.answers[1:]) <= 50


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        ("c302c100000001", ActionResult.NO_LONG_ACTION_IN_PROGRESS),
        ("c306c1010000000100", ActionResult.NO_LONG_ACTION_IN_PROGRESS),
        ("c304c12000" + ECHO.to_bytes().hex() + "01000000000200", ActionResult.LONG_ACTION_ABORTED),
        ("c304c12000" + ECHO.to_bytes().hex() + "010100000001024411", ActionResult.TYPE_UNMATCHED),
    ],
)
def test_long_action_broken_off(pair: MakePair, raw: str, result: ActionResult) -> None:
    made = pair()
    assert made.exchange(bytes.fromhex(raw)) == bytes((0xC7, 1, INVOKE, result, 0))


def test_long_action_answer_asked_with_a_wrong_number(pair: MakePair) -> None:
    made = pair(max_pdu=50)
    value = axdr.octet_string(bytes(500))
    answer = made.exchange(made.client.action(8192, ECHO, 1, value))
    assert answer is not None
    wrong = made.exchange(bytes((0xC3, 2, answer[2], 0, 0, 0, 9)))
    assert wrong == bytes((0xC7, 1, answer[2], ActionResult.LONG_ACTION_ABORTED, 0))


def test_blocks_must_be_negotiated(pair: MakePair) -> None:
    made = pair(conformance=Conformance.GET | Conformance.SET | Conformance.ACTION)
    assert made.exchange(_first_block(1, True, b"\x00")) == NOT_ALLOWED
    assert (
        made.exchange(bytes.fromhex("c304c12000" + ECHO.to_bytes().hex() + "010100000001024411"))
        == NOT_ALLOWED
    )


def test_a_get_cannot_fetch_the_blocks_of_an_action(pair: MakePair) -> None:
    made = pair(max_pdu=50)
    answer = made.exchange(made.client.action(8192, ECHO, 1, axdr.octet_string(bytes(500))))
    assert answer is not None
    stolen = made.exchange(GetRequestNext(answer[2], 1).to_bytes())
    assert stolen is not None
    assert stolen[-1] == RESULT.NO_LONG_GET_IN_PROGRESS
