"""A cut at any write while something is due by the clock: nothing is lost, and nothing happens twice."""

from datetime import datetime

import pytest

from protocols.dlms import axdr
from protocols.dlms.datetimes import CosemDateTime
from sim.meter.storage.nvm import CutMoment

DAY_S = 86_400


def at(bench_of, local):
    """A meter with credit whose clock was set to a moment in Bogotá."""
    bench = bench_of()
    bench.recharge(9_000)
    instant = datetime.fromisoformat(f"{local}-05:00")
    octets = CosemDateTime.from_utc(instant).to_bytes()
    bench.session().set(8, "0.0.1.0.0", 2, axdr.octet_string(octets))
    return bench


def month_end(bench_of):
    """A meter a minute before the end of January, with consumption and a maximum."""
    bench = at(bench_of, "2026-01-31T23:30:00")
    bench.supply.set_load(10.0)
    bench.run(1740)
    return bench


def billing(bench):
    return [row.values for row in bench.parts.captured.profiles["billing"].rows]


def writes_of_the_month_end(bench_of):
    bench = month_end(bench_of)
    before = bench.meter.memory.writes
    bench.run(61)
    return bench, bench.meter.memory.writes - before


@pytest.mark.parametrize("moment", CutMoment)
def test_a_cut_at_any_write_of_the_month_end_closes_it_once(bench_of, moment):
    whole, writes = writes_of_the_month_end(bench_of)
    (expected,) = billing(whole)
    assert writes > 4
    for write in range(1, writes + 1):
        bench = month_end(bench_of)
        bench.meter.memory.cut_at(write, moment)
        bench.run(61)
        assert not bench.meter.powered, write
        bench.meter.power_up()
        assert bench.meter.powered
        bench.run(1)
        rows = billing(bench)
        assert len(rows) == 1, write
        assert rows[0][9] == expected[9] == 12_000, "the maximum of the month, before it was reset"
        assert rows[0][1] <= expected[1]
        assert bench.parts.demands.maxima["active-import.0"].value_mw <= 1_200_000
        counted = sum(bench.parts.rates.energy_nj(f"active-import.{rate}") for rate in range(1, 5))
        assert counted == bench.parts.metrology.energy_nj("active-import")
        bench.meter.power_cut()
        bench.meter.power_up()
        assert len(billing(bench)) == 1, "and it stays at one"


@pytest.mark.parametrize("moment", CutMoment)
def test_the_rates_add_up_to_the_total_after_a_cut_at_any_write_of_a_change(bench_of, moment):
    def before_five(bench_of):
        bench = at(bench_of, "2026-02-03T04:50:00")
        bench.supply.set_load(10.0)
        bench.run(540)
        return bench

    bench = before_five(bench_of)
    first = bench.meter.memory.writes
    bench.run(61)
    for write in range(1, bench.meter.memory.writes - first + 1):
        bench = before_five(bench_of)
        bench.meter.memory.cut_at(write, moment)
        bench.run(61)
        bench.meter.power_up()
        bench.run(3600)
        rates = [bench.parts.rates.energy_nj(f"active-import.{rate}") for rate in range(1, 5)]
        assert sum(rates) == bench.parts.metrology.energy_nj("active-import"), write
        assert bench.parts.masks.active_mask == b"RATE2"
        assert rates[1] > 0


def test_a_meter_of_many_months_knows_its_age(bench):
    bench.run(3 * DAY_S)
    bench.meter.power_cut()
    bench.run(DAY_S)
    bench.meter.power_up()
    assert bench.session().get(1, "0.0.96.6.0", 2).value == 96


def test_a_snapshot_carries_profiles_tariff_and_logs_to_another_meter(bench, bench_of):
    bench.recharge(100)
    bench.supply.set_load(5.0)
    bench.run(2 * DAY_S)
    other = bench_of()
    other.meter.restore(bench.meter.snapshot())
    assert list(other.parts.load_profile.rows) == list(bench.parts.load_profile.rows)
    other.meter.power_cut()
    other.meter.power_up()
    assert list(other.parts.load_profile.rows) == list(bench.parts.load_profile.rows)
    assert other.parts.load_profile.kinds == bench.parts.load_profile.kinds
