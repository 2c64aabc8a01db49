"""Clock correction: the limits, and what travels, over a session without a link."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsError
from protocols.dlms.session.clock import (
    SHIFT_MAX_S,
    ClockCorrection,
    ClockLimits,
    clock_reading,
    correct_clock,
    correction_of,
    read_clock,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BOGOTA = 300
NONE, SHIFTED, SET, TOO_FAR = ClockCorrection


def octets(instant: datetime) -> axdr.Data:
    return axdr.octet_string(CosemDateTime.from_utc(instant, BOGOTA).to_bytes())


class Engine:
    """The two services and the reading that the correction asks for."""

    def __init__(self, time: axdr.Data | None = None) -> None:
        self.time, self.sent = time, []

    def get(self, *target):
        return self.time
        yield

    def action(self, *call):
        self.sent.append(("action", *call[1:]))
        return None
        yield

    def set(self, *call):
        self.sent.append(("set", *call[1:]))
        return None
        yield


def run(operation):
    with pytest.raises(StopIteration) as done:
        next(operation)
    return done.value.value


@pytest.mark.parametrize(
    ("deviation_s", "doubt_s", "forced", "expected"),
    [
        (5.0, 0.0, False, NONE),
        (-5.1, 0.0, False, SHIFTED),
        (7.0, 2.0, False, NONE),
        (60.0, 0.0, False, SHIFTED),
        (-60.1, 0.0, False, SET),
        (1_800.0, 0.0, True, SET),
        (1_800.1, 0.0, False, TOO_FAR),
        (-9_999.0, 0.0, True, SET),
        (0.0, 0.0, True, NONE),
    ],
)
def test_limits(deviation_s, doubt_s, forced, expected):
    assert correction_of(deviation_s, ClockLimits(), doubt_s=doubt_s, forced=forced) is expected


@given(st.floats(-5_000, 5_000), st.floats(1, 10), st.floats(1, 2_000), st.floats(1, 4_000))
def test_a_shift_stays_within_what_the_class_takes(deviation_s, tolerance_s, shift_s, set_s):
    found = correction_of(deviation_s, ClockLimits(tolerance_s, shift_s, set_s))
    assert found is not SHIFTED or abs(deviation_s) <= min(shift_s, SHIFT_MAX_S)
    assert found is NONE or abs(deviation_s) > tolerance_s


def test_the_deviation_is_reckoned_from_the_middle_of_question_and_answer():
    found = clock_reading(octets(NOON + timedelta(seconds=30)), NOON, NOON + timedelta(seconds=20), BOGOTA)
    assert (found.deviation_s, found.doubt_s) == (20.0, 10.0)


@pytest.mark.parametrize("time", [axdr.null(), axdr.octet_string(b"x"), axdr.octet_string(b"\xff" * 12)])
def test_a_clock_that_tells_no_instant(time):
    with pytest.raises(DlmsError):
        clock_reading(time, NOON, NOON, BOGOTA)


def test_reading_asks_the_clock_between_two_looks_at_ours():
    ours = iter([NOON, NOON + timedelta(seconds=2)])
    found = run(read_clock(Engine(octets(NOON)), lambda: next(ours), BOGOTA))
    assert (found.deviation_s, found.doubt_s) == (-1.0, 1.0)
    with pytest.raises(DecodeError):
        run(read_clock(Engine(axdr.null()), lambda: NOON, BOGOTA))


def test_what_travels():
    engine = Engine()
    for correction in ClockCorrection:
        run(correct_clock(engine, correction, 12.4, lambda: NOON, BOGOTA, transit_s=3.0))
    shifted, set_ = engine.sent
    assert shifted == ("action", "0.0.1.0.0", 6, axdr.long(-12))
    assert set_ == ("set", "0.0.1.0.0", 2, octets(NOON + timedelta(seconds=3)))
