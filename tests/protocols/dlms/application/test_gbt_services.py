"""General block transfer between a client and a server: long transfers, windows, losses, refusals."""

import random
from collections.abc import Callable

import pytest
from dlms_small_device import ECHO, ENERGY, MESSAGE, PROFILE, ROWS, Pair, State

from protocols.dlms import axdr
from protocols.dlms.client.events import ActionDone, ApduToSend, ClientEvent, GetResult, SetResult
from protocols.dlms.client.requests import AccessDone, AccessGet, AccessSet
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.gbt import ABORT, decode_block
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.xdlms import error_responses
from protocols.dlms.xdlms.block_transfer import GeneralBlockTransfer
from protocols.dlms.xdlms.get import GetRequestNext

MakePair = Callable[..., Pair]
LIMITS = ServerLimits(max_receive_pdu=64)
WITHOUT_OWN_BLOCKS = IMPLEMENTED & ~(
    Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ
    | Conformance.BLOCK_TRANSFER_WITH_SET_OR_WRITE
    | Conformance.BLOCK_TRANSFER_WITH_ACTION
)
LONG = axdr.octet_string(bytes(range(200)))
TAG = bytes((GeneralBlockTransfer.tag,))


def _rows(event: ClientEvent) -> int:
    assert isinstance(event, GetResult)
    assert event.data is not None
    return len(event.data.value)  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [None, 1, 5, 63])
def test_a_long_answer(pair: MakePair, window: int | None) -> None:
    made = pair(max_pdu=64, conformance=WITHOUT_OWN_BLOCKS, gbt_window=window)
    assert _rows(made.call(made.client.get(7, PROFILE, 2))) == ROWS
    answers = [answer for answer in made.answers[1:] if answer]
    assert all(answer[:1] == TAG and len(answer) <= 64 for answer in answers)


def test_a_wider_window_needs_fewer_turns(pair: MakePair) -> None:
    turns = []
    for window in (1, 4):
        made = pair(max_pdu=64, conformance=WITHOUT_OWN_BLOCKS, gbt_window=window)
        made.call(made.client.get(7, PROFILE, 2))
        turns.append(len(made.sent))
    assert turns[0] > 3 * turns[1]


@pytest.mark.parametrize("window", [None, 3])
def test_long_requests(pair: MakePair, state: State, window: int | None) -> None:
    made = pair(limits=LIMITS, max_pdu=64, conformance=WITHOUT_OWN_BLOCKS, gbt_window=window)
    assert made.call(made.client.set(1, MESSAGE, 2, LONG)) == SetResult(DataAccessResult.SUCCESS)
    assert state.message == bytes(range(200))
    assert made.call(made.client.action(8192, ECHO, 1, LONG)) == ActionDone(ActionResult.SUCCESS, LONG)
    done = made.call(made.client.access([AccessSet((1, MESSAGE, 2), LONG), AccessGet((1, MESSAGE, 2))]))
    assert isinstance(done, AccessDone)
    assert done.outcomes[1].data == LONG
    assert max(map(len, made.sent[1:])) <= 64


def test_every_request_tells_the_window_when_there_is_one(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED, gbt_window=7)
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))
    assert decode_block(made.sent[-1]).window == 7
    assert decode_block(made.answers[-1] or b"").block_number_ack == 1


def test_the_blocks_of_the_service_come_first(pair: MakePair) -> None:
    made = pair(max_pdu=64, limits=LIMITS, conformance=IMPLEMENTED)
    assert _rows(made.call(made.client.get(7, PROFILE, 2))) == ROWS
    assert made.call(made.client.set(1, MESSAGE, 2, LONG)) == SetResult(DataAccessResult.SUCCESS)
    assert not any(apdu[:1] == TAG for apdu in (*made.sent, *filter(None, made.answers)))


def test_unconfirmed_long_requests(pair: MakePair, state: State) -> None:
    made = pair(limits=LIMITS, conformance=WITHOUT_OWN_BLOCKS)
    pending = [made.client.set(1, MESSAGE, 2, LONG, confirmed=False)]
    while pending:
        answer = made.exchange(pending.pop(0))
        events = [] if answer is None else made.client.receive_apdu(answer)
        pending += [event.apdu for event in events if isinstance(event, ApduToSend)]
    assert state.message == bytes(range(200))
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))


@pytest.mark.parametrize("seed", range(8))
def test_lost_blocks_are_asked_for(pair: MakePair, seed: int) -> None:
    """Every third APDU of the server is lost; after silence the client asks again."""
    luck = random.Random(seed)
    made = pair(max_pdu=64, conformance=WITHOUT_OWN_BLOCKS, gbt_window=4)
    pending, events = [made.client.get(7, PROFILE, 2)], []
    for _ in range(500):
        if not pending:
            pending = list(made.client.recover()) or [made.sent[-1]]
        answer = made.exchange(pending.pop(0))
        for received in () if answer is None else (answer, *made.server.further_apdus()):
            if luck.random() < 1 / 3:
                continue
            for event in made.client.receive_apdu(received):
                if isinstance(event, ApduToSend):
                    pending.append(event.apdu)
                else:
                    events.append(event)
        if events:
            break
    assert [_rows(event) for event in events] == [ROWS]


# ---------------------------------------------------------------- refusals


def test_general_blocks_must_be_granted(pair: MakePair) -> None:
    made = pair()
    block = GeneralBlockTransfer(True, False, 1, 1, 0, made.client.get(3, ENERGY, 2)).to_bytes()
    assert made.exchange(block) == error_responses.NOT_ALLOWED
    made.client.abandon()
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))


@pytest.mark.parametrize(
    ("inner", "answer"),
    [
        ("c0", error_responses.MALFORMED),
        ("ff", error_responses.UNKNOWN_SERVICE),
        ("e0800001000000", error_responses.UNKNOWN_SERVICE),
        ("601da1090607", error_responses.UNKNOWN_SERVICE),
        ("c101810001" + MESSAGE.to_bytes().hex() + "02000900", None),
    ],
)
def test_what_is_in_the_blocks_is_judged_as_ever(pair: MakePair, inner: str, answer: bytes | None) -> None:
    made = pair(conformance=IMPLEMENTED)
    raw = made.exchange(GeneralBlockTransfer(True, False, 1, 1, 0, bytes.fromhex(inner)).to_bytes())
    assert (None if raw is None else decode_block(raw).block_data) == answer


def test_malformed_blocks(pair: MakePair) -> None:
    made = pair(conformance=IMPLEMENTED)
    assert made.exchange(bytes.fromhex("e0c00001000084ffffffff00")) == error_responses.MALFORMED
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))


def test_too_long_a_request_is_broken_off(pair: MakePair, state: State) -> None:
    limits = ServerLimits(max_receive_pdu=64, max_transfer_octets=100)
    made = pair(limits=limits, conformance=WITHOUT_OWN_BLOCKS)
    with pytest.raises(RemoteProtocolError, match="broken off"):
        made.call(made.client.set(1, MESSAGE, 2, LONG))
    assert state.message == b"hola"
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))


def test_another_request_gives_the_blocks_up(pair: MakePair) -> None:
    made = pair(max_pdu=64, conformance=WITHOUT_OWN_BLOCKS)
    first = made.exchange(made.client.get(7, PROFILE, 2))
    assert first is not None
    made.client.abandon()
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))
    asked = GeneralBlockTransfer(True, False, 1, 1, 1, b"").to_bytes()
    assert made.exchange(asked) is None


def test_a_transfer_that_is_broken_off_leaves_the_association(pair: MakePair) -> None:
    made = pair(max_pdu=64, conformance=WITHOUT_OWN_BLOCKS)
    made.exchange(made.client.get(7, PROFILE, 2))
    assert made.exchange(ABORT.to_bytes()) is None
    assert made.exchange(GetRequestNext(0xC1, 1).to_bytes()) == error_responses.NOT_ALLOWED
    made.client.abandon()
    assert made.call(made.client.get(3, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))
