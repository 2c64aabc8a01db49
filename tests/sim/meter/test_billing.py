"""Billing periods, schedules and captured profiles over the wire."""

from datetime import timedelta

import pytest

from protocols.dlms import axdr
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.clock.device_clock import from_epoch_us

BILLING, LOAD, DAILY = "0.0.98.1.0", "1.0.99.1.0", "1.0.99.2.0"
RESET, CLOSE, SCHEDULE, LOAD_SCRIPTS = "0.0.10.0.1", "0.0.15.0.0", "0.0.12.0.0", "0.0.10.0.106"
DAY_S = 86_400
JANUARY_S = 31 * DAY_S
RESET_TABLE = Obis.from_string(RESET).to_bytes()
STATUS = CaptureObject(1, Obis.from_string("0.0.96.10.1"), 2)


@pytest.fixture
def loaded(bench):
    bench.recharge(90_000)
    bench.supply.set_load(5.0)
    return bench


def when(raw):
    return CosemDateTime.from_bytes(raw).to_utc()


def test_a_month_is_closed_at_its_end_and_the_maximum_begins_anew(loaded):
    loaded.run(JANUARY_S - 600 - loaded.env.now)
    session = loaded.session()
    assert session.get(7, BILLING, 7).value == 0
    loaded.run(1200)
    (row,) = session.get(7, BILLING, 2).python()
    columns = session.get(7, BILLING, 3).python()
    assert len(row) == len(columns) == 11
    assert when(row[0]) == loaded.clock.epoch + timedelta(seconds=JANUARY_S)
    assert row[1] == pytest.approx(600 * JANUARY_S / 3600, abs=600)
    assert sum(row[2:6]) == pytest.approx(row[1], abs=4)
    assert row[9] == 6_000
    assert when(row[10]) > loaded.clock.epoch
    assert session.get(4, "1.0.1.6.0", 2).value == 0
    loaded.run(900)
    assert session.get(4, "1.0.1.6.0", 2).value == 6_000


def test_fifteen_months_are_held(loaded):
    for month in range(17):
        loaded.parts.captured.profiles["billing"].capture(month, (month,) * 11)
    assert [row.epoch_us for row in loaded.parts.captured.profiles["billing"].rows] == list(range(2, 17))


def test_a_client_closes_the_period_by_script_and_by_capture(loaded):
    manager = loaded.manager()
    loaded.run(3600)
    manager.action(9, RESET, 1, axdr.long_unsigned(1))
    assert manager.get(4, "1.0.1.6.0", 2).value == 0
    loaded.run(60)
    manager.action(7, BILLING, 2, axdr.integer(0))
    rows = manager.get(7, BILLING, 2).python()
    assert [row[9] for row in rows] == [6_000, 0]
    with pytest.raises(ActionRefused):
        loaded.session().action(9, RESET, 1, axdr.long_unsigned(1))
    manager.action(7, BILLING, 1, axdr.integer(0))
    assert manager.get(7, BILLING, 7).value == 0


def test_a_month_that_ends_in_the_dark_is_closed_when_the_power_is_back(loaded):
    loaded.run(JANUARY_S - 3600 - loaded.env.now)
    loaded.meter.power_cut()
    loaded.run(3 * 3600)
    loaded.meter.power_up()
    assert loaded.parts.captured.profiles["billing"].entries_in_use == 1
    loaded.meter.power_cut()
    loaded.meter.power_up()
    assert loaded.parts.captured.profiles["billing"].entries_in_use == 1, "and only once"


def test_the_billing_day_can_be_moved(loaded):
    manager = loaded.manager()
    assert manager.get(22, CLOSE, 2).python() == [RESET_TABLE, 1]
    at = axdr.structure(axdr.octet_string(bytes((12, 0, 0, 0))), axdr.octet_string(b"\xff\xff\xff\xff\xff"))
    manager.set(22, CLOSE, 4, axdr.array(at))
    manager.set(22, CLOSE, 3, axdr.enum(3))
    loaded.run(3 * DAY_S)
    assert manager.get(7, BILLING, 7).value == 3
    loaded.meter.power_cut()
    loaded.meter.power_up()
    assert loaded.session().get(22, CLOSE, 4).python() == [[bytes((12, 0, 0, 0)), b"\xff" * 5]]
    manager = loaded.manager()
    for attribute, value in ((3, axdr.enum(9)), (4, axdr.array(axdr.unsigned(1))), (2, axdr.array())):
        with pytest.raises(AccessRefused):
            manager.set(22, CLOSE, attribute, value)


def entry(index, script, selector, at, window=0xFFFF):
    return axdr.structure(
        axdr.long_unsigned(index),
        axdr.boolean(True),
        axdr.octet_string(Obis.from_string(script).to_bytes()),
        axdr.long_unsigned(selector),
        axdr.octet_string(bytes((*at, 0, 0))),
        axdr.long_unsigned(window),
        axdr.bit_string("1111111"),
        axdr.bit_string("0000"),
        axdr.octet_string(b"\xff" * 5),
        axdr.octet_string(b"\xff" * 5),
    )


def test_the_schedule_runs_its_entries_and_forgets_those_whose_window_is_over(loaded):
    manager = loaded.manager()
    manager.action(10, SCHEDULE, 2, entry(1, RESET, 1, (6, 0)))
    manager.action(10, SCHEDULE, 2, entry(2, RESET, 1, (7, 0), window=30))
    assert len(manager.get(10, SCHEDULE, 2).python()) == 2
    loaded.run(8 * 3600 - loaded.env.now)
    assert manager.get(7, BILLING, 7).value == 2
    loaded.meter.power_cut()
    loaded.run(DAY_S)
    loaded.meter.power_up()
    assert loaded.parts.captured.profiles["billing"].entries_in_use == 3, "the window of entry 2 is over"
    manager = loaded.manager()
    numbers = [axdr.long_unsigned(number) for number in (1, 1, 2, 2)]
    manager.action(10, SCHEDULE, 1, axdr.structure(*numbers))
    assert [row[1] for row in manager.get(10, SCHEDULE, 2).python()] == [False, True]
    manager.action(10, SCHEDULE, 3, axdr.structure(*numbers[1:3]))
    assert manager.get(10, SCHEDULE, 2).python() == []
    with pytest.raises(ActionRefused):
        manager.action(10, SCHEDULE, 2, axdr.structure())
    manager.set(10, SCHEDULE, 2, axdr.array(entry(5, RESET, 1, (1, 0))))
    assert manager.get(10, SCHEDULE, 2).python()[0][0] == 5


# ------------------------------------------------------------ profiles


def test_the_daily_profile_has_the_registers_of_midnight(loaded):
    loaded.run(3 * DAY_S + 60)
    rows = loaded.session().get(7, DAILY, 2).python()
    assert [when(row[0]) for row in rows] == [loaded.clock.epoch + timedelta(days=days) for days in (1, 2, 3)]
    assert [row[2] for row in rows] == pytest.approx([14_400, 28_800, 43_200], abs=5)


def test_the_status_says_what_the_interval_suffered_and_is_clean_afterwards(loaded):
    loaded.run(900)
    loaded.meter.power_cut()
    loaded.run(60)
    loaded.meter.power_up()
    loaded.run(900)
    session = loaded.session()
    session.action(8, "0.0.1.0.0", 6, axdr.long(5))
    loaded.run(1800)
    rows = session.get(7, LOAD, 2).python()
    assert [row[4] for row in rows[:4]] == [0, 0x80, 0x20, 0]
    only_cuts = RangeSelection(STATUS, axdr.unsigned(0x80), axdr.unsigned(0xFF))
    assert session.get(7, LOAD, 2, only_cuts).python() == [rows[1]]


def test_ninety_days_are_held_and_a_part_of_them_is_read(loaded):
    profile = loaded.parts.load_profile
    kinds = profile.kinds
    for quarter in range(8_640 + 10):
        at_us = quarter * 900_000_000
        profile.capture(at_us, (at_us, quarter, 0, 12_000, 0), kinds and (0, 6, 6, 18, 17))
    session = loaded.session()
    assert session.get(7, LOAD, 7).value == 8_640
    (last,) = session.get(7, LOAD, 2, EntrySelection(8_640)).python()
    assert last[1] == 8_649
    first, last = (
        axdr.octet_string(CosemDateTime.from_utc(from_epoch_us(quarter * 900_000_000)).to_bytes())
        for quarter in (5_000, 5_003)
    )
    clock = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
    energy = CaptureObject(3, Obis.from_string("1.0.1.8.0"), 2)
    asked = RangeSelection(clock, first, last, (energy,))
    assert session.get(7, LOAD, 2, asked).python() == [[5_000], [5_001], [5_002], [5_003]]


def test_columns_and_period_are_chosen_by_management_and_survive(loaded):
    manager = loaded.manager()
    current = CaptureObject(3, Obis.from_string("1.0.11.7.0"), 2).to_data()
    tariff = CaptureObject(1, Obis.from_string("0.0.96.14.0"), 2).to_data()
    serial = CaptureObject(1, Obis.from_string("0.0.96.1.0"), 2).to_data()
    clock = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2).to_data()
    manager.set(7, LOAD, 3, axdr.array(clock, current, tariff, serial))
    manager.set(7, LOAD, 4, axdr.double_long_unsigned(300))
    loaded.run(600)
    loaded.meter.power_cut()
    loaded.meter.power_up()
    rows = loaded.session().get(7, LOAD, 2).python()
    assert [row[1:] for row in rows] == [[5_000, b"RATE4", None]] * 2, "a text of eight has no place in a row"
    assert loaded.session().get(7, LOAD, 4).value == 300


def test_what_is_no_column_or_no_period_is_refused(loaded):
    manager = loaded.manager()
    stranger = CaptureObject(3, Obis.from_string("1.0.99.8.0"), 2).to_data()
    for attribute, value in (
        (3, axdr.array(stranger)),
        (3, axdr.array()),
        (3, axdr.array(axdr.unsigned(1))),
        (4, axdr.double_long_unsigned(0xFFFFFFFF)),
    ):
        with pytest.raises(AccessRefused):
            manager.set(7, LOAD, attribute, value)
    assert manager.get(7, LOAD, 4).value == 900


def test_the_load_scripts_open_and_close_the_switch(loaded):
    switch = loaded.session().get(70, "0.0.96.3.10", 3).value
    manager = loaded.manager()
    manager.action(9, LOAD_SCRIPTS, 1, axdr.long_unsigned(1))
    assert loaded.parts.switch.control_state == 0
    manager.action(9, LOAD_SCRIPTS, 1, axdr.long_unsigned(2))
    assert loaded.parts.switch.control_state == switch == 1
