"""The clock as iron (F7-06): drift within half a second a day, on mains and on battery, warm and cold."""

import dataclasses

import pytest

from sim.kernel.random import RandomStreams
from sim.kernel.timing import FieldEnvironment, SimClock
from sim.meter import build, load_profile
from sim.meter.hardware import ClockBattery, Crystal, CrystalTerms

DAY_S = 86_400
MONTH_DAYS = 30
LIMIT_S = 15.0  # 0.5 s/day for 30 days


def crystal_of(seed=1, **terms):
    return Crystal(CrystalTerms(**terms), 0.0, lambda: RandomStreams(seed).stream("0/crystal"))


def error_s(bench):
    return (bench.parts.clock.utc - bench.clock.utc()).total_seconds()


def test_drifts_lie_within_the_model_differ_and_come_again():
    drifts = [crystal_of(seed, drift_max_s_per_day=0.5).drift_s_per_day for seed in range(50)]
    assert all(-0.5 <= drift <= 0.5 for drift in drifts)
    assert len(set(drifts)) == 50
    assert max(drifts) > 0.3
    assert min(drifts) < -0.3
    assert drifts == [crystal_of(seed, drift_max_s_per_day=0.5).drift_s_per_day for seed in range(50)]


def test_a_model_without_drift_draws_nothing():
    def never():
        raise AssertionError("nothing is to be drawn")

    assert Crystal(CrystalTerms(), 0.25, never).drift_s_per_day == 0.25


def test_it_slows_down_on_either_side_of_its_turnover():
    crystal = crystal_of(drift_s_per_day_k2=-0.003)
    at = {}
    for temperature_c in (-10.0, 25.0, 45.0, 60.0):
        crystal.temperature_c = temperature_c
        at[temperature_c] = crystal.drift_s_per_day
    assert at[25.0] == 0.0
    assert at[45.0] == pytest.approx(-1.2)
    assert at[-10.0] == at[60.0] == pytest.approx(-3.675)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("on_battery", [False, True], ids=["mains", "battery"])
def test_in_thirty_days_it_is_at_most_fifteen_seconds_off(bench_of, seed, on_battery):
    """On its battery the clock keeps the same time; the month is 30 cuts of twelve hours."""
    bench = field_bench(bench_of, seed)
    for _ in range(MONTH_DAYS):
        bench.run(DAY_S / 2)
        if on_battery:
            bench.meter.power_cut()
        bench.run(DAY_S / 2)
        bench.meter.power_up()
    expected_s = bench.meter.hardware.crystal.drift_s_per_day * MONTH_DAYS
    assert abs(error_s(bench)) <= LIMIT_S
    assert error_s(bench) == pytest.approx(expected_s, abs=0.01)
    assert not bench.parts.zone.time_lost


def test_without_a_battery_a_cut_costs_the_clock_what_it_lasts(bench_of):
    bench = field_bench(bench_of, 1)
    bench.meter.hardware_monitor.battery_dies()
    bench.run(DAY_S)
    assert abs(error_s(bench)) <= 0.5  # on the mains it goes on
    bench.meter.power_cut()
    bench.run(3600)
    bench.meter.power_up()
    assert error_s(bench) == pytest.approx(-3600, abs=1)
    assert bench.parts.zone.time_lost
    assert bench.events().count("CLOCK_INVALID") == 1


def test_setting_the_clock_makes_it_valid_again(bench_of):
    bench = field_bench(bench_of, 1)
    bench.meter.hardware_monitor.battery_dies()
    bench.meter.power_cut()
    bench.run(3600)
    bench.meter.hardware.battery.replace()
    bench.meter.power_up()
    assert bench.parts.zone.time_lost  # a new battery does not know the time
    session = bench.session(framing="hdlc")
    assert session.get(8, "0.0.1.0.0", 2).value[-1] == 0x01
    session.set(8, "0.0.1.0.0", 2, session.get(8, "0.0.1.0.0", 2))
    assert not bench.parts.zone.time_lost
    assert session.get(8, "0.0.1.0.0", 4).value == 0
    bench.meter.power_cut()
    bench.meter.power_up()
    assert not bench.parts.zone.time_lost


def test_a_battery_that_dies_during_a_cut_loses_the_clock():
    battery = ClockBattery()
    battery.mains_lost()
    battery.die(mains=False)
    battery.replace()
    assert battery.take_lost()
    assert not battery.take_lost()


def test_captures_go_on_after_the_clock_went_back(bench_of):
    """The clock goes on from the cut: no row twice, and the next ones where the clock says."""
    bench = field_bench(bench_of, 1)
    bench.run(3600)
    bench.meter.hardware_monitor.battery_dies()
    bench.meter.power_cut()
    bench.run(7200)
    bench.meter.power_up()
    bench.run(3600)
    stamps = [row.epoch_us for row in bench.parts.load_profile.rows]
    assert stamps == sorted(set(stamps))
    assert len(stamps) >= 7


def field_bench(bench_of, seed):
    """A bench whose meter is one of many: its crystal is drawn with that seed."""
    bench = bench_of("ppkw-field")
    env = FieldEnvironment()
    bench.env, bench.clock = env, SimClock(env)
    bench.meter = build(
        load_profile("ppkw-field"),
        env=env,
        clock=bench.clock,
        supply=bench.supply,
        streams=RandomStreams(seed),
    )
    return bench


def test_heat_moves_the_clock_of_a_meter(bench_of):
    hot = CrystalTerms(drift_s_per_day_k2=-0.003)
    model = load_profile("ppkw")
    hardware = dataclasses.replace(model.hardware, crystal=hot)
    bench = bench_of(dataclasses.replace(model, hardware=hardware))
    bench.run(DAY_S)
    assert error_s(bench) == 0
    bench.meter.faults.begin("temperature", 45.0, for_s=DAY_S)
    bench.run(2 * DAY_S)
    assert error_s(bench) == pytest.approx(-1.2, abs=0.001)
