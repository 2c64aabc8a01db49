"""Profiles read by a session: the octets of the buffer go to the fast decoder, however they travel."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from dlms_sessions import DRIVERS, FRAMINGS, make_session
from dlms_small_device import ENERGY, PROFILE, Pair, State, make_device

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.client.events import GetOctets, GetResult
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.conformance_block import IMPLEMENTED, Conformance
from protocols.dlms.cosem import CosemObject, EntrySelection, LogicalDevice, ProfileGeneric, Register
from protocols.dlms.cosem.selection import CaptureObject, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.profile_rows import Column, Row, rows_from_data
from protocols.dlms.session import AccessRefused

START = datetime(2026, 1, 1, 5, 15, tzinfo=UTC)
PERIOD_S, ROWS = 900, 96
STATUS = Obis.from_string("0.0.96.5.4")
CAPTURES = (
    CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2),
    CaptureObject(3, ENERGY, 2),
    CaptureObject(1, STATUS, 2),
)
COLUMNS = (Column(CAPTURES[0]), Column(CAPTURES[1], 0, 30), Column(CAPTURES[2]))
WITHOUT_OWN_BLOCKS = IMPLEMENTED & ~Conformance.BLOCK_TRANSFER_WITH_GET_OR_READ
#: how the buffer travels: whole, in blocks of the service, in general blocks
WAYS: dict[str, dict[str, Any]] = {
    "whole": {},
    "blocks": {"max_pdu": 128},
    "general blocks": {"max_pdu": 128, "conformance": WITHOUT_OWN_BLOCKS},
    "a window of general blocks": {"max_pdu": 128, "conformance": WITHOUT_OWN_BLOCKS, "gbt_window": 5},
}


def _row(number: int, *, sparing: bool) -> Data:
    if sparing and number % 2:
        return axdr.structure(axdr.null(), axdr.null(), axdr.long_unsigned(number))
    moment = CosemDateTime.from_utc(START + timedelta(seconds=PERIOD_S * number))
    clock = axdr.octet_string(moment.to_bytes())
    return axdr.structure(clock, axdr.double_long_unsigned(1000 * number), axdr.long_unsigned(number))


BUFFERS = {
    "fixed rows": axdr.array(*(_row(number, sparing=False) for number in range(ROWS))),
    "sparing rows": axdr.array(*(_row(number, sparing=True) for number in range(ROWS))),
    "no rows": axdr.array(),
}


def _device(buffer: Data) -> LogicalDevice:
    """The small device with a whole profile."""

    def rows(selection: Selection | None) -> Data:
        if isinstance(selection, EntrySelection) and isinstance(buffer.value, tuple):
            return axdr.array(*buffer.value[selection.from_entry - 1 : selection.to_entry or None])
        return buffer

    getters: dict[int, Callable[[Selection | None], Data]] = {
        2: rows,
        3: lambda _selection: axdr.array(*(item.to_data() for item in CAPTURES)),
        4: lambda _selection: axdr.double_long_unsigned(PERIOD_S),
        7: lambda _selection: axdr.double_long_unsigned(ROWS),
    }
    small = make_device(State())
    profile = CosemObject(ProfileGeneric, PROFILE, getters)
    return replace(
        small, objects=[profile if item.logical_name == PROFILE else item for item in small.objects]
    )


@pytest.fixture(params=DRIVERS)
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return partial(make_session, request.param)


def _generic(buffer: Data) -> tuple[Row, ...]:
    return rows_from_data(buffer, COLUMNS, period_s=PERIOD_S, deviation_minutes=300)


@pytest.mark.parametrize("buffer", BUFFERS)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("framing", ["wrapper", "hdlc"])
def test_the_rows_are_those_of_the_generic_way(
    make: Callable[..., Any], framing: str, way: str, buffer: str
) -> None:
    with make(_device(BUFFERS[buffer]), FRAMINGS[framing](), **WAYS[way]) as session:
        profile = session.read_profile(PROFILE)
        assert profile.rows == _generic(BUFFERS[buffer])
        assert profile.columns == COLUMNS[1:]
        assert profile.period_s == PERIOD_S
        # the plain read is as it was, and the session goes on
        assert session.get(ProfileGeneric, PROFILE, 2) == BUFFERS[buffer]


def test_the_latest_rows(make: Callable[..., Any]) -> None:
    buffer = BUFFERS["fixed rows"]
    with make(_device(buffer), FRAMINGS["wrapper"]()) as session:
        assert session.read_latest(PROFILE, 4).rows == _generic(buffer)[-4:]


def test_octets_and_refusals(make: Callable[..., Any]) -> None:
    with make(_device(BUFFERS["no rows"]), FRAMINGS["wrapper"]()) as session:
        assert session.get_octets(Register, ENERGY, 2) == bytes.fromhex("0600000552")
        with pytest.raises(AccessRefused) as refused:
            session.get_octets(Register, STATUS, 2)
        assert refused.value.result is DataAccessResult.OBJECT_UNDEFINED
        assert session.get(Register, ENERGY, 2) == axdr.double_long_unsigned(1362)


def test_a_buffer_that_is_none_is_refused_and_the_session_goes_on(make: Callable[..., Any]) -> None:
    with make(_device(axdr.unsigned(3)), FRAMINGS["wrapper"]()) as session:
        with pytest.raises(DecodeError):
            session.read_profile(PROFILE)
        assert session.get(Register, ENERGY, 2) == axdr.double_long_unsigned(1362)


def test_an_answer_that_is_late_by_one_request_is_not_taken_for_the_value(make: Callable[..., Any]) -> None:
    session = make(_device(BUFFERS["no rows"]), FRAMINGS["wrapper"](), terms={"retries": 1})
    with session:
        session.pipe.delaying = 1
        assert session.get_octets(Register, ENERGY, 2) == bytes.fromhex("0600000552")
        assert session.get(ProfileGeneric, PROFILE, 4) == axdr.double_long_unsigned(PERIOD_S)


# ---------------------------------------------------------------- the client alone


def test_events_of_the_client(pair: Callable[..., Pair]) -> None:
    made = pair()
    assert made.call(made.client.get_octets(Register, ENERGY, 2)) == GetOctets(bytes.fromhex("0600000552"))
    refused = made.call(made.client.get_octets(Register, STATUS, 2))
    assert refused == GetResult(DataAccessResult.OBJECT_UNDEFINED)
    assert made.call(made.client.get(Register, ENERGY, 2)) == GetResult(axdr.double_long_unsigned(1362))


def test_octets_of_another_request_are_ignored(pair: Callable[..., Pair]) -> None:
    made = pair()
    old = made.exchange(made.client.get_octets(Register, ENERGY, 2))
    made.client.abandon()
    asked = made.client.get_octets(Register, ENERGY, 2)
    assert old is not None
    assert made.client.receive_apdu(old) == []
    assert made.call(asked) == GetOctets(bytes.fromhex("0600000552"))
