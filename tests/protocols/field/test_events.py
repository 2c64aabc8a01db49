"""The table of events that meter, concentrator and head-end share: a new alarm is a row of it."""

import pytest

from protocols.field.events import (
    CONCENTRATOR_EVENTS,
    EventCode,
    LogKind,
    event_name,
    is_alarm,
)


def test_codes_and_names_of_a_meter_are_one_to_one_but_for_a_hand_on_the_switch():
    """DSMR has a code for a hand on the switch, this house's meters another: both bear one name."""
    assert len(EventCode.__members__) == len({int(code) for code in EventCode})
    names = [code.event_name for code in EventCode]
    twice = {name for name in names if names.count(name) > 1}
    assert twice == {"manual-disconnection", "manual-reconnection"}


@pytest.mark.parametrize(
    ("code", "name", "log", "alarm"),
    [
        (EventCode.POWER_DOWN, "power-down", LogKind.STANDARD, False),
        (EventCode.STRONG_FIELD, "strong-field", LogKind.FRAUD, True),
        (EventCode.DISCONNECTOR_FAILURE, "disconnector-failure", LogKind.DISCONNECTOR, True),
        (EventCode.UNDER_VOLTAGE, "under-voltage", LogKind.QUALITY, False),
        (EventCode.MODULE_REMOVED, "module-removed", LogKind.COMMUNICATION, False),
        (EventCode.LOCKED_OUT, "locked-out", LogKind.PREPAYMENT, True),
        (EventCode.MANUAL_DISCONNECTION, "manual-disconnection", LogKind.DISCONNECTOR, False),
    ],
)
def test_a_row_says_everything_of_an_event(code, name, log, alarm):
    assert (code.event_name, code.log, code.alarm) == (name, log, alarm)
    assert (event_name(int(code)), is_alarm(int(code))) == (name, alarm)
    assert EventCode(int(code)) is code


def test_an_event_of_another_maker_bears_its_number_and_is_no_alarm():
    assert (event_name(777), is_alarm(777)) == ("event-777", False)
    assert event_name(0) == "event-0"


def test_each_log_has_its_logical_name():
    assert [log.obis for log in LogKind] == [f"0.0.99.98.{place}" for place in range(6)]


def test_codes_of_a_concentrator_are_unique():
    codes = [event.code for event in CONCENTRATOR_EVENTS.values()]
    assert len(set(codes)) == len(codes)
    assert CONCENTRATOR_EVENTS["last-gasp"].code == 0x0102
