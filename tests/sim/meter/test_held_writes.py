"""Meters that age: memories that are written now and then hold what they would hold otherwise."""

import pytest

from sim.meter.metering.metrology import Quantity
from sim.meter.storage.nvm import PowerLostError
from sim.scenarios.world import World

DAY_S = 86_400.0


def lived(how):
    world = World("ppkw", seed=3)
    world.supply.set_load(2.5, 20.0)
    getattr(world, how)(DAY_S * 1.5)
    return world


def test_a_meter_that_aged_is_the_same_as_one_that_lived():
    aged, ran = lived("age").meter, lived("run").meter
    assert aged.snapshot() == ran.snapshot()
    assert aged.memory.writes < ran.memory.writes


def test_and_so_is_what_it_remembers_after_a_cut():
    remembered = []
    for how in ("age", "run"):
        meter = lived(how).meter
        meter.power_cut()
        meter.power_up()
        remembered.append(meter.snapshot())
    assert remembered[0] == remembered[1]
    assert len(remembered[0]["captured"]["rows"]["load"]) > 100


def test_a_cut_in_the_middle_writes_what_was_held(bench):
    bench.recharge(500)
    bench.supply.set_load(10.0, 0.0)
    bench.meter.hold_writes()
    bench.run(3_000.0)
    bench.meter.settle()
    before = bench.parts.metrology.snapshot()
    assert before[Quantity.ACTIVE_IMPORT.value] > 0
    bench.meter.power_cut()
    assert bench.parts.metrology.snapshot() == before
    bench.meter.power_up()
    assert bench.parts.metrology.snapshot() == before
    writes = bench.meter.memory.writes
    bench.run(900.0)
    assert bench.meter.memory.writes > writes, "the cut ended the time in which writes are held"


def test_nothing_is_written_while_writes_are_held(bench):
    bench.meter.hold_writes()
    writes = bench.meter.memory.writes
    bench.run(2_000.0)
    assert bench.meter.memory.writes == writes
    bench.meter.write_held()
    assert bench.meter.memory.writes > writes


def test_a_dead_meter_keeps_what_its_sensors_noticed(bench):
    bench.meter.power_cut()
    bench.meter.hold_writes()
    bench.meter.write_held()
    assert not bench.meter.memory.supplied
    with pytest.raises(PowerLostError):
        bench.meter.memory.write("anything", "1")
