"""Power cuts: what must stay stays, what must go goes."""

import json

from sim.meter.events.tamper_protections import TamperKind
from sim.meter.metering.metrology import Quantity


def lived(bench):
    """A meter with something of everything to lose."""
    bench.recharge(500)
    bench.supply.set_load(10.0, 30.0)
    bench.meter.sense(TamperKind.MAGNET, present=True)
    bench.run(4000)
    return bench


def test_a_cut_loses_nothing(bench):
    lived(bench)
    before = bench.meter.snapshot()
    bench.meter.power_cut()
    bench.run(86_400)
    assert bench.events()[-1] == "POWER_DOWN"
    bench.meter.power_up()
    after = bench.meter.snapshot()
    assert bench.events()[-2:] == ["POWER_DOWN", "POWER_UP"]
    went_on = {
        "events",
        "captured",
        "demands",
        "scheduler_state",
        "outages",
        "rates",
        "masks",
    }  # it is another day
    assert {name: after[name] for name in after if name not in went_on} == {
        name: before[name] for name in before if name not in went_on
    }
    assert after["captured"]["rows"] == before["captured"]["rows"]


def test_the_load_stops_and_goes_on(bench):
    lived(bench)
    bench.meter.power_cut()
    at_cut_nj = bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT)
    bench.run(3600)
    assert bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT) == at_cut_nj
    bench.meter.power_up()
    bench.run(1)
    assert bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT) > at_cut_nj


def test_the_clock_runs_on_its_battery(bench):
    bench.meter.set_clock_drift(1.0)
    bench.meter.power_cut()
    bench.run(86_400)
    bench.meter.power_up()
    assert (bench.parts.clock.utc - bench.clock.utc()).total_seconds() == 1.0


def test_used_tokens_stay_used_and_keys_stay(bench):
    digits = bench.credit_token(10)
    bench.enter(digits)
    register = bench.parts.tokens.register
    bench.meter.power_cut()
    bench.meter.power_up()
    assert bench.enter(digits).result == "UsedError"
    assert bench.parts.tokens.register == register


def test_the_switch_keeps_its_position(bench):
    bench.recharge(10)
    bench.meter.power_cut()
    assert bench.parts.switch.relay_closed
    bench.meter.power_up()
    assert bench.parts.switch.relay_closed


def test_another_meter_can_take_up_what_was_kept(bench, bench_of):
    # nothing of the state hides outside the snapshot
    kept = lived(bench).meter.snapshot()
    twin = bench_of()
    twin.meter.restore(kept)
    assert twin.meter.snapshot() == kept
    assert twin.meter.display().lines == bench.meter.display().lines


def test_the_snapshot_is_plain_data_but_for_the_last_token(bench):
    kept = lived(bench).meter.snapshot()
    del kept["tokens"]["last"]
    assert json.loads(json.dumps(kept))


def test_a_voltage_of_zero_is_a_cut_too(bench):
    bench.supply.set_source(0.0)
    assert not bench.meter.powered
    bench.supply.set_source(120.0)
    assert bench.meter.powered
    bench.meter.power_up()
    assert bench.events().count("POWER_UP") == 2


def test_a_meter_born_without_mains_waits_for_them(bench_of):
    from sim.grid import ServicePoint, Source
    from sim.meter import build

    bench = bench_of()
    dead = ServicePoint(Source(energised=False))
    meter = build(env=bench.env, clock=bench.clock, supply=dead)
    assert not meter.powered
    assert meter.parts.events.entries == ()
    meter.power_up()
    assert meter.powered


def test_a_cover_that_is_opened_in_the_dark_is_not_forgotten(bench):
    bench.meter.power_cut()
    bench.meter.sense(TamperKind.TERMINAL_COVER, present=True)
    bench.meter.sense(TamperKind.TERMINAL_COVER, present=False)
    assert not bench.meter.display().lamps.alarm, "the unit is dark"
    bench.meter.power_up()
    assert bench.meter.display().lamps.alarm
    assert bench.parts.tamper.count(TamperKind.TERMINAL_COVER) == 1
    assert bench.events()[-4:] == [
        "POWER_DOWN",
        "TERMINAL_COVER_REMOVED",
        "TERMINAL_COVER_CLOSED",
        "POWER_UP",
    ]
