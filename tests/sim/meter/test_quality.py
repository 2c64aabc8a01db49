"""Sags, swells, overload and interruptions: against a plain recomputation, and over the wire."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.session.errors import AccessRefused
from protocols.field.events import EventCode
from sim.meter.supply.power_quality import Outages, Quality, Watch, WatchTerms
from sim.meter.units import US_PER_S

SAG = WatchTerms("sag", "voltage", 108, False, 2.0, EventCode.UNDER_VOLTAGE, EventCode.NORMAL_VOLTAGE, 12)
SWELL = WatchTerms("swell", "voltage", 132, True, 0.0, EventCode.OVER_VOLTAGE, EventCode.NORMAL_VOLTAGE)
voltages = st.lists(st.tuples(st.integers(0, 150), st.integers(1, 5)), min_size=1, max_size=40)


def excursions(steps, beyond, after_s):
    """(end, duration, worst values) of every run of `beyond` that lasted long enough and is over."""
    found, run, now = [], [], 0
    for value, seconds in steps:
        if beyond(value):
            run.append((now, value))
        elif run:
            if now - run[0][0] >= after_s:
                found.append((now, now - run[0][0], [value for _, value in run]))
            run = []
        now += seconds
    return found


@given(voltages)
def test_a_sag_counts_when_it_lasted_and_knows_its_depth(steps):
    watch, now, events = Watch(SAG), 0, []
    for value, seconds in steps:
        events += watch.look(value, now * US_PER_S, now)
        for second in range(now + 1, now + seconds):  # the alarm: it may come at any time
            events += watch.look(value, second * US_PER_S, second)
        now += seconds
    expected = excursions(steps, lambda value: 12 <= value < 108, 2.0)
    assert [(row[0], row[1], row[2]) for row in watch.ring.rows] == [
        (end, seconds * 1000, min(values)) for end, seconds, values in expected
    ]
    begun, ended = (events.count(code) for code in (SAG.begins, SAG.ends))
    assert ended == len(expected)
    assert begun - ended == watch.open
    assert watch.count == begun


@given(voltages)
def test_without_a_time_threshold_every_swell_counts(steps):
    watch, now = Watch(SWELL), 0
    for value, seconds in steps:
        watch.look(value, now * US_PER_S, now)
        now += seconds
    expected = excursions(steps, lambda value: value > 132, 0)
    assert [row[2] for row in watch.ring.rows] == [max(values) for _, _, values in expected]
    if expected:
        assert watch.last_us == expected[-1][1] * US_PER_S


def test_counters_survive_and_an_excursion_that_goes_on_begins_anew():
    quality = Quality([SAG, SWELL])
    for now, value in ((0, 140), (5, 120), (6, 150)):
        quality.look(lambda _name, value=value: value, now * US_PER_S, now)
    other = Quality([SAG, SWELL])
    other.restore(quality.snapshot())
    assert other.snapshot() == quality.snapshot()
    assert other.watches["swell"].count == 2
    assert not other.watches["swell"].open
    assert other.look(lambda _name: 120, 9 * US_PER_S, 9) == []


@pytest.mark.parametrize(("duration_s", "is_long"), [(0, False), (179, False), (180, True), (9999, True)])
def test_an_interruption_is_long_from_three_minutes_on(duration_s, is_long):
    outages = Outages()
    assert not outages.end(5)
    outages.begin(1_000_000)
    assert outages.end(1_000_000 + duration_s * US_PER_S) is is_long
    assert (outages.count, outages.long_count, outages.last_s) == (1, int(is_long), duration_s)
    other = Outages()
    other.restore(outages.snapshot())
    assert other == outages


def test_a_clock_that_went_back_gives_no_negative_interruption():
    outages = Outages()
    outages.begin(1_000_000)
    outages.end(0)
    assert outages.last_s == 0


# ------------------------------------------------------------ over the wire


def read(session, *codes):
    return [session.get(3 if code.startswith("3:") else 1, code[2:], 2).value for code in codes]


def test_a_sag_on_the_wire(bench):
    bench.supply.set_source(100.0)
    bench.run(1)
    bench.supply.set_source(90.0)
    bench.run(1)
    bench.supply.set_source(120.0)
    session = bench.session()
    assert read(session, "1:1.0.12.32.0", "3:1.0.12.33.0", "3:1.0.12.34.0") == [1, 2_000, 9_000]
    assert read(session, "1:1.0.12.36.0", "1:1.0.12.40.0") == [0, 0]
    assert [row[1] for row in session.get(7, "0.0.99.98.3", 2).python()] == [76, 85]
    (row,) = session.get(7, "1.0.99.10.1", 2).python()
    assert row[1:] == [9_000, 2_000]
    assert CosemDateTime.from_bytes(row[0]).to_utc() - bench.clock.epoch == timedelta(seconds=2)
    bench.meter.power_cut()
    bench.meter.power_up()
    session = bench.session()
    assert len(session.get(7, "1.0.99.10.1", 2).python()) == 1
    assert read(session, "1:1.0.12.32.0") == [1]


def test_a_swell_and_a_voltage_that_is_nearly_missing(bench):
    bench.supply.set_source(140.0)
    bench.run(1)
    bench.supply.set_source(5.0)
    bench.run(3)
    bench.supply.set_source(120.0)
    session = bench.session()
    assert read(session, "1:1.0.12.36.0", "3:1.0.12.38.0") == [1, 14_000]
    assert read(session, "1:1.0.12.40.0", "3:1.0.12.42.0", "3:1.0.12.41.0") == [1, 500, 3_000]
    assert read(session, "1:1.0.12.32.0") == [0], "what is an interruption is no sag"


def test_an_overload_is_logged_after_ten_seconds_and_with_the_switch(bench):
    bench.recharge(5000)
    bench.supply.set_load(90.0)
    bench.run(9)
    assert "OVERLOAD" not in bench.events()
    bench.run(2)
    assert bench.events()[-1] == "OVERLOAD"
    bench.supply.set_load(10.0)
    session = bench.session()
    assert bench.events()[-1] == "NO_OVERLOAD"
    assert read(session, "1:1.0.11.36.0", "3:1.0.11.38.0") == [1, 90_000]


def test_limits_are_set_by_management_and_hold(bench):
    manager = bench.manager()
    manager.set(3, "1.0.12.31.0", 2, axdr.long_unsigned(9_600))
    manager.set(3, "1.0.12.43.0", 2, axdr.long_unsigned(500))
    bench.supply.set_source(100.0)
    bench.run(60)
    bench.supply.set_source(90.0)
    bench.run(4)
    assert bench.events().count("UNDER_VOLTAGE") == 0
    bench.run(2)
    assert bench.events().count("UNDER_VOLTAGE") == 1
    bench.meter.power_cut()
    bench.meter.power_up()
    assert read(bench.session(), "3:1.0.12.31.0", "3:1.0.12.43.0") == [9_600, 500]
    with pytest.raises(AccessRefused):
        bench.session().set(3, "1.0.12.31.0", 2, axdr.long_unsigned(1))


def test_interruptions_are_counted_and_timed(bench):
    for seconds in (60, 600):
        bench.meter.power_cut()
        bench.run(seconds)
        bench.meter.power_up()
    session = bench.session()
    assert read(session, "1:0.0.96.7.21", "1:0.0.96.7.9", "1:0.0.96.7.19") == [2, 1, 600]
    began = CosemDateTime.from_bytes(session.get(1, "0.0.96.7.14", 2).value).to_utc()
    assert began - bench.clock.epoch == timedelta(seconds=60)
    manager = bench.manager()
    manager.set(3, "0.0.96.7.20", 2, axdr.long_unsigned(30))
    bench.meter.power_cut()
    bench.run(40)
    bench.meter.power_up()
    assert read(bench.session(), "1:0.0.96.7.9") == [2]
    with pytest.raises(AccessRefused):
        bench.manager().set(3, "0.0.96.7.20", 2, axdr.long_unsigned(0))


def test_a_log_is_cleared_by_management_and_says_so(bench):
    bench.call("magnet.apply")
    bench.call("magnet.remove")
    manager = bench.manager()
    assert [row[1] for row in manager.get(7, "0.0.99.98.1", 2).python()] == [42, 43]
    manager.action(7, "0.0.99.98.1", 1, axdr.integer(0))
    assert [row[1] for row in manager.get(7, "0.0.99.98.1", 2).python()] == [255]
    bench.meter.power_cut()
    bench.meter.power_up()
    assert [row[1] for row in bench.session().get(7, "0.0.99.98.1", 2).python()] == [255]
