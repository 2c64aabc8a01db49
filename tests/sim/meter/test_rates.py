"""Energy by rate: rates add up, whatever changes; they follow the calendar, scripts and clients."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AccessRefused, ActionRefused
from sim.meter.metering.tariff import RateRegisters

MASKS, CALENDAR, SPECIAL, SCRIPTS, ACTIVE = (
    "0.0.14.0.0",
    "0.0.13.0.0",
    "0.0.11.0.0",
    "0.0.10.0.100",
    "0.0.96.14.0",
)
TARIFF_TABLE = Obis.from_string(SCRIPTS).to_bytes()
#: 2026-01-05 is a Monday; the world begins at local midnight of Thursday, the first, a holiday.
MONDAY_S = 4 * 86_400


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 4)), max_size=40), st.integers(1, 9))
def test_the_rates_add_up_to_the_total_at_every_instant(steps, every):
    total = {"a": 0, "b": 0}
    rates = RateRegisters({name: lambda name=name: total[name] for name in total}, 4)
    expected, active = dict.fromkeys(rates.names, 0), 1
    for number, (energy_nj, rate) in enumerate(steps):
        total["a"] += energy_nj
        total["b"] += 2 * energy_nj
        if active:
            expected[f"a.{active}"] += energy_nj
            expected[f"b.{active}"] += 2 * energy_nj
        if number % every == 0:
            rates.activate([f"a.{rate}", f"b.{rate}", "nothing.9"])
            active = rate
            other = RateRegisters({name: lambda name=name: total[name] for name in total}, 4)
            other.restore(rates.snapshot())
            rates = other
        assert {name: rates.energy_nj(name) for name in rates.names} == expected


def test_one_register_can_be_reset():
    total = [5]
    rates = RateRegisters({"a": lambda: total[0]}, 2)
    total[0] = 9
    rates.reset("a.1")
    total[0] = 10
    assert (rates.energy_nj("a.1"), rates.active("a.1"), rates.active("a.2")) == (1, True, False)


# ------------------------------------------------------------ over the wire


@pytest.fixture
def loaded(bench):
    bench.recharge(9_000)
    bench.run(MONDAY_S - bench.env.now)
    bench.supply.set_load(10.0, 30.0)
    return bench


def active(session):
    return session.get(1, ACTIVE, 2).value.decode()


def energies(session, group="1"):
    return [session.get(3, f"1.0.{group}.8.{rate}", 2).value for rate in range(5)]


def test_a_monday_has_three_rates_and_a_sunday_one(loaded):
    session, seen = loaded.session(), []
    for hour in range(24):
        loaded.run(MONDAY_S + hour * 3600 + 1 - loaded.env.now)
        seen.append(active(session))
    assert seen == ["RATE1"] * 5 + ["RATE2"] * 13 + ["RATE3"] * 4 + ["RATE1"] * 2
    loaded.run(MONDAY_S + 6 * 86_400 + 43_200 - loaded.env.now)
    assert active(session) == "RATE4"


@pytest.mark.parametrize("group", ["1", "3"])
def test_a_day_of_energy_is_in_the_rates_of_its_hours(loaded, group):
    loaded.run(MONDAY_S + 86_400 - loaded.env.now)
    total, night, day, evening, holiday = energies(loaded.session(), group)
    assert (night, day, evening) == pytest.approx((total * 7 / 24, total * 13 / 24, total * 4 / 24), abs=3)
    assert holiday == 0


def test_a_cut_over_a_change_of_rate_wakes_up_in_the_right_one(loaded):
    loaded.run(3600)
    loaded.meter.power_cut()
    loaded.run(6 * 3600)
    loaded.meter.power_up()
    session = loaded.session()
    assert active(session) == "RATE2"
    total, night, day, *_ = energies(session)
    assert night == pytest.approx(total, abs=2)
    assert day <= 2


def test_a_clock_that_is_set_changes_the_rate(loaded):
    session = loaded.session()
    evening = loaded.clock.utc() + timedelta(hours=19)
    session.set(8, "0.0.1.0.0", 2, axdr.octet_string(CosemDateTime.from_utc(evening).to_bytes()))
    assert active(session) == "RATE3"


def test_a_script_and_a_mask_change_the_rate_and_unknown_ones_do_not(loaded):
    manager = loaded.manager()
    manager.action(9, SCRIPTS, 1, axdr.long_unsigned(3))
    assert active(manager) == "RATE3"
    manager.set(6, MASKS, 4, axdr.octet_string(b"RATE2"))
    assert active(manager) == "RATE2"
    with pytest.raises(ActionRefused):
        manager.action(9, SCRIPTS, 1, axdr.long_unsigned(9))
    with pytest.raises(AccessRefused):
        manager.set(6, MASKS, 4, axdr.octet_string(b"RATE9"))
    assert active(manager) == "RATE2"


def test_masks_are_added_and_taken_away(loaded):
    manager = loaded.manager()
    registers = manager.get(6, MASKS, 2).python()
    assert [3, b"\x01\x00\x01\x08\x02\xff"] in registers
    masks = manager.get(6, MASKS, 3).python()
    assert [name for name, _ in masks] == [b"RATE1", b"RATE2", b"RATE3", b"RATE4"]
    assert sorted(number for _, numbers in masks for number in numbers) == list(range(1, len(registers) + 1))
    both = sorted({*masks[0][1], *masks[1][1]})
    added = axdr.structure(axdr.octet_string(b"BOTH"), axdr.array(*(axdr.unsigned(one) for one in both)))
    manager.action(6, MASKS, 2, added)
    manager.set(6, MASKS, 4, axdr.octet_string(b"BOTH"))
    before = energies(manager)
    loaded.run(3600)
    gained = [after - old for after, old in zip(energies(manager), before, strict=True)]
    assert gained[1] == pytest.approx(gained[2], abs=1)
    assert gained[0] == pytest.approx(gained[1], abs=2)
    with pytest.raises(ActionRefused):
        manager.action(6, MASKS, 3, axdr.octet_string(b"BOTH"))
    manager.set(6, MASKS, 4, axdr.octet_string(b"RATE1"))
    manager.action(6, MASKS, 3, axdr.octet_string(b"BOTH"))
    new = axdr.structure(axdr.long_unsigned(3), axdr.octet_string(bytes((1, 0, 15, 8, 0, 255))))
    manager.action(6, MASKS, 1, new)
    assert len(manager.get(6, MASKS, 2).python()) == len(registers) + 1


def flat_day(selector):
    """A day of one rate, as a table of days."""
    action = axdr.structure(
        axdr.octet_string(bytes(4)), axdr.octet_string(TARIFF_TABLE), axdr.long_unsigned(selector)
    )
    return axdr.array(*(axdr.structure(axdr.unsigned(day), axdr.array(action)) for day in (1, 2)))


def test_a_passive_calendar_is_written_read_back_and_takes_effect_at_its_time(loaded):
    manager = loaded.manager()
    active_before = [manager.get(20, CALENDAR, index) for index in range(2, 6)]
    assert [manager.get(20, CALENDAR, index) for index in range(6, 10)] == active_before
    manager.set(20, CALENDAR, 6, axdr.octet_string(b"FLAT"))
    manager.set(20, CALENDAR, 9, flat_day(3))
    assert manager.get(20, CALENDAR, 9) == flat_day(3)
    assert manager.get(20, CALENDAR, 2) == active_before[0]
    start = loaded.clock.utc() + timedelta(hours=2)
    octets = axdr.octet_string(CosemDateTime.from_utc(start).to_bytes())
    manager.set(20, CALENDAR, 10, octets)
    assert manager.get(20, CALENDAR, 10) == octets
    loaded.run(7190)
    assert active(manager) == "RATE1"
    loaded.run(20)
    assert active(manager) == "RATE3"
    assert manager.get(20, CALENDAR, 2).value == b"FLAT"
    assert loaded.events()[-1] == "TARIFF_ACTIVATED"
    loaded.meter.power_cut()
    loaded.meter.power_up()
    assert loaded.parts.calendar.active.name == b"FLAT"


def test_a_passive_calendar_is_activated_by_method(loaded):
    manager = loaded.manager()
    manager.set(20, CALENDAR, 9, flat_day(4))
    manager.action(20, CALENDAR, 1, axdr.integer(0))
    assert active(manager) == "RATE4"
    assert loaded.events().count("PASSIVE_TARIFF_SET") == 1


def test_a_passive_calendar_whose_time_came_in_the_dark_is_active_afterwards(loaded):
    manager = loaded.manager()
    manager.set(20, CALENDAR, 9, flat_day(4))
    start = loaded.clock.utc() + timedelta(hours=1)
    manager.set(20, CALENDAR, 10, axdr.octet_string(CosemDateTime.from_utc(start).to_bytes()))
    loaded.meter.power_cut()
    loaded.run(7200)
    loaded.meter.power_up()
    assert active(loaded.session()) == "RATE4"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (6, axdr.unsigned(1)),
        (7, axdr.array(axdr.unsigned(1))),
        (7, axdr.array(axdr.structure(*[axdr.octet_string(b"S")] * 3))),
        (8, axdr.array(axdr.structure(axdr.octet_string(b"W"), axdr.unsigned(1)))),
        (9, axdr.array(axdr.structure(axdr.unsigned(1), axdr.unsigned(1)))),
        (9, axdr.array(*[axdr.structure(axdr.unsigned(1), axdr.array())] * 65)),
        (10, axdr.octet_string(b"123")),
    ],
)
def test_what_is_no_calendar_is_refused_and_changes_nothing(loaded, attribute, value):
    manager = loaded.manager()
    before = loaded.parts.calendar.snapshot()
    with pytest.raises(AccessRefused):
        manager.set(20, CALENDAR, attribute, value)
    assert loaded.parts.calendar.snapshot() == before


def test_special_days_take_effect_at_once(loaded):
    manager = loaded.manager()
    assert len(manager.get(11, SPECIAL, 2).python()) == 6
    today = axdr.octet_string(bytes.fromhex("07ea0105ff"))
    holiday = axdr.structure(axdr.long_unsigned(9), today, axdr.unsigned(2))
    manager.action(11, SPECIAL, 1, holiday)
    assert active(manager) == "RATE4"
    manager.action(11, SPECIAL, 2, axdr.long_unsigned(9))
    assert active(manager) == "RATE1"
    with pytest.raises(ActionRefused):
        manager.action(11, SPECIAL, 2, axdr.long_unsigned(9))
    manager.set(11, SPECIAL, 2, axdr.array(holiday))
    assert manager.get(11, SPECIAL, 2).python() == [[9, bytes.fromhex("07ea0105ff"), 2]]
    assert active(manager) == "RATE4"


def test_the_reader_reads_the_tariff_and_writes_none_of_it(loaded):
    reader = loaded.session()
    for class_id, obis, attribute in ((20, CALENDAR, 6), (11, SPECIAL, 2), (6, MASKS, 4)):
        value = reader.get(class_id, obis, attribute)
        with pytest.raises(AccessRefused):
            reader.set(class_id, obis, attribute, value)
    with pytest.raises(ActionRefused):
        reader.action(9, SCRIPTS, 1, axdr.long_unsigned(1))
