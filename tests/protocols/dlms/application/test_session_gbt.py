"""General block transfer by a session: windows over HDLC, and what it does after silence; both kinds."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from dlms_sessions import DRIVERS, FRAMINGS, make_session
from dlms_small_device import ECHO, ENERGY, MESSAGE, PROFILE, ROWS, Echo, State

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import CosemObject, LogicalDevice
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.session import NoAnswer, OutcomeUnknown

WITHOUT_OWN_BLOCKS = IMPLEMENTED & ~(
    Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ | Conformance.BLOCK_TRANSFER_WITH_ACTION
)
TERMS: dict[str, Any] = {"max_pdu": 64, "conformance": WITHOUT_OWN_BLOCKS}
VALUE = axdr.double_long_unsigned(1362)
LONG = axdr.octet_string(bytes(range(200)))


@pytest.fixture(params=DRIVERS)
def make(request: pytest.FixtureRequest, device: LogicalDevice) -> Callable[..., Any]:
    return partial(make_session, request.param, device)


def _rows(session: Any) -> int:
    return len(session.get(7, PROFILE, 2).value)


@pytest.mark.parametrize("window", [None, 1, 2, 5, 63])
@pytest.mark.parametrize("framing", FRAMINGS)
def test_windows_over_every_framing(make: Callable[..., Any], framing: str, window: int | None) -> None:
    with make(FRAMINGS[framing](), **TERMS, gbt_window=window) as session:
        assert _rows(session) == ROWS
        assert session.action(8192, ECHO, 1, LONG) == LONG
        assert session.get(3, ENERGY, 2) == VALUE


def test_a_window_over_hdlc_takes_no_time(make: Callable[..., Any]) -> None:
    """Every further block is asked for at once: nobody waits for a time-out."""
    with make(FRAMINGS["hdlc"](), **TERMS, gbt_window=5) as session:
        _rows(session)
        assert session.pipe.time_s == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_lost_blocks_are_asked_for_after_silence(make: Callable[..., Any], seed: int) -> None:
    luck = random.Random(seed)
    with make(FRAMINGS["wrapper"](), **TERMS, gbt_window=4, terms={"retries": 3}) as session:
        session.pipe.loses = lambda _apdu: luck.random() < 1 / 6
        assert _rows(session) == ROWS
        session.pipe.loses = lambda _apdu: False
        assert session.get(3, ENERGY, 2) == VALUE


def test_a_lost_block_costs_one_silence_and_no_new_request(make: Callable[..., Any]) -> None:
    with make(FRAMINGS["wrapper"](), **TERMS, gbt_window=4) as session:
        blocks = iter(range(1, 1000))
        session.pipe.loses = lambda _apdu: next(blocks) == 6
        assert _rows(session) == ROWS
        gets = [apdu for apdu in session.pipe.requests if b"\xc0\x01" in apdu]
        assert len(gets) == 1  # no retry is allowed, and none was needed


def test_a_server_that_stays_silent_ends_it(make: Callable[..., Any]) -> None:
    with make(FRAMINGS["wrapper"](), **TERMS, gbt_window=2, terms={"response_timeout_s": 3.0}) as session:
        blocks = iter(range(1, 1000))
        session.pipe.loses = lambda _apdu: next(blocks) > 2
        with pytest.raises(NoAnswer):
            _rows(session)
        assert session.pipe.time_s == pytest.approx(9.0)  # the first silence, and two recoveries
        session.pipe.loses = lambda _apdu: False
        assert session.get(3, ENERGY, 2) == VALUE


def test_a_request_of_one_block_is_never_sent_again(make: Callable[..., Any], state: State) -> None:
    """The server may have carried it out: what was lost may be the answer."""
    with make(FRAMINGS["wrapper"](), **TERMS, gbt_window=4) as session:
        session.pipe.losing = 1
        before = len(session.pipe.requests)
        with pytest.raises(OutcomeUnknown):
            session.set(1, MESSAGE, 2, axdr.octet_string(b"once"))
        assert len(session.pipe.requests) == before + 1
        assert state.message == b"once"


def test_a_lost_answer_to_a_long_request_comes_again_without_doing_it_twice(
    make: Callable[..., Any], device: LogicalDevice
) -> None:
    calls: list[Data | None] = []

    def echoed(parameter: Data | None) -> Data | None:
        calls.append(parameter)
        return parameter

    echo = CosemObject(Echo, ECHO, methods={1: echoed})
    objects = [echo if item.logical_name == ECHO else item for item in device.objects]
    small = ServerConnection(replace(device, objects=objects), ServerLimits(max_receive_pdu=64))
    session = make(FRAMINGS["wrapper"](), conformance=WITHOUT_OWN_BLOCKS, gbt_window=4)
    session.pipe.server = small
    with session:
        answers = iter(range(1, 1000))
        session.pipe.loses = lambda _apdu: next(answers) == 2
        assert session.action(8192, ECHO, 1, LONG) == LONG
        assert len(calls) == 1
        assert next(answers) > 3  # the second, which was the answer, was lost and came again
