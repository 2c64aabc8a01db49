"""The clock with its drift (F7-06) and the captures that follow it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sim.meter.clock.device_clock import DeviceClock, from_epoch_us, to_epoch_us
from sim.meter.metering.load_profile import LoadProfile, ProfileTerms
from sim.meter.units import US_PER_S

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
drifts = st.floats(-5.0, 5.0)


@given(drifts, st.floats(0, 1e7), st.integers(0, 10**13))
def test_a_set_time_is_reached_when_the_clock_says_so(drift, now_s, ahead_us):
    now = [now_s]
    clock = DeviceClock(lambda: now[0], START, drift_s_per_day=drift)
    target_us = clock.epoch_us + ahead_us
    now[0] = clock.world_us_at(target_us) / US_PER_S
    assert 0 <= clock.epoch_us - target_us <= 2


@given(drifts, drifts)
def test_a_change_of_drift_does_not_make_the_clock_jump(first, second):
    now = [0.0]
    clock = DeviceClock(lambda: now[0], START, drift_s_per_day=first)
    now[0] = 86_400.0
    before_us = clock.epoch_us
    clock.set_drift(second)
    assert clock.epoch_us == before_us
    now[0] += 86_400.0
    gained_s = (clock.epoch_us - to_epoch_us(START)) / US_PER_S - 2 * 86_400
    assert abs(gained_s - first - second) < 1e-5


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_survive_the_way_through_microseconds(instant):
    assert from_epoch_us(to_epoch_us(instant)) == instant


def test_thirty_days_within_the_class_are_within_fifteen_seconds(bench):
    bench.meter.set_clock_drift(0.5)
    bench.run(30 * 86_400)
    assert bench.parts.clock.utc - bench.clock.utc() == timedelta(seconds=15)


def test_a_ring_forgets_its_oldest_row():
    ring = LoadProfile(ProfileTerms("load", period_s=900, entries=3))
    for number in range(5):
        ring.capture(number, (number,))
    assert [row.epoch_us for row in ring.rows] == [2, 3, 4]
    ring.reset()
    assert ring.entries_in_use == 0


def test_a_day_is_ninety_six_rows_with_the_energy_between_them(bench):
    bench.recharge(1000)
    bench.supply.set_load(10.0)
    bench.run(86_400)
    rows = bench.parts.load_profile.rows
    assert len(rows) == 96
    imports_wh = [0, *(row.values[1] for row in rows)]
    assert {b - a for a, b in pairwise(imports_wh)} == {300}
    assert from_epoch_us(rows[0].epoch_us) == bench.clock.epoch + timedelta(minutes=15)
    assert from_epoch_us(rows[-1].epoch_us) == bench.clock.epoch + timedelta(days=1)
    assert rows[1].values[2:] == (0, 12_000, 0), "as on the wire: export, hundredths of a volt, no status"


def test_captures_follow_the_meters_own_quarters_when_it_drifts(bench):
    bench.meter.set_clock_drift(86.4)  # a thousandth: absurd, so that it shows
    bench.run(86_400)
    rows = bench.parts.load_profile.rows
    assert len(rows) == 96
    assert all(row.epoch_us % (900 * US_PER_S) == 0 for row in rows)
    bench.run(900 - 86.4)
    assert len(bench.parts.load_profile.rows) == 97


def test_a_cut_leaves_a_gap(bench):
    bench.run(1800)
    bench.meter.power_cut()
    bench.run(1800)
    bench.meter.power_up()
    bench.run(900)
    rows = bench.parts.load_profile.rows
    minutes = [(from_epoch_us(row.epoch_us) - bench.clock.epoch).total_seconds() / 60 for row in rows]
    assert minutes == [15, 30, 75]


def test_two_worlds_live_the_same_life(bench_of):
    def life():
        bench = bench_of()
        bench.recharge(200)
        bench.supply.set_load(12.34, 17.0)
        bench.run(50_000)
        bench.meter.power_cut()
        bench.run(100)
        bench.meter.power_up()
        bench.recharge(7)
        bench.run(50_000)
        return bench.meter.snapshot()

    assert life() == life()
