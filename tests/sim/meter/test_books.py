"""Reading without settling, the lamp of the ports, records that did not change."""

from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment

from sim.meter.communication.ports import LIT_S, CommsLamp
from sim.meter.metering.metrology import Quantity
from sim.meter.storage.nvm import JOURNAL, CutMoment, Memory, PowerLostError, Storage


class Colour(IntEnum):
    RED = 1


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_a_refreshed_register_is_that_of_this_very_instant(bench):
    bench.recharge(50)
    bench.supply.set_load(7.3, 25.0)
    bench.run(100.123)
    bench.meter.regulator.refresh()
    refreshed = bench.parts.metrology.snapshot(), bench.parts.prepayment.snapshot()
    bench.meter.settle()
    assert refreshed == (bench.parts.metrology.snapshot(), bench.parts.prepayment.snapshot())
    assert bench.parts.metrology.energy_nj(Quantity.ACTIVE_IMPORT) > 0


def test_the_lamp_shines_for_a_moment():
    env = Environment()
    lamp = CommsLamp(env)
    assert not lamp.lit()
    lamp.note()
    assert lamp.lit()
    env.run(until=LIT_S - 0.1)
    assert lamp.lit()
    env.run(until=LIT_S)
    assert not lamp.lit()


def test_a_record_that_did_not_change_is_not_written():
    memory = Memory()
    storage = Storage(memory)
    storage.keep({"a": {"x": [1, 2]}, "b": Colour.RED})
    writes = memory.writes
    storage.keep({"a": {"x": [1, 2]}, "b": Colour.RED})
    assert memory.writes == writes
    storage.keep({"a": {"x": [1, 3]}, "b": Colour.RED})
    assert memory.writes == writes + 1
    assert storage.load() == {"a": {"x": [1, 3]}, "b": 1}


def test_nor_is_it_written_after_the_power_came_back():
    memory = Memory()
    Storage(memory).keep({"a": [1], "b": [2]})
    storage = Storage(memory)
    storage.recover()
    writes = memory.writes
    storage.keep({"a": [1], "b": (2,)})
    assert memory.writes == writes


@given(PLAIN, PLAIN)
def test_what_the_journal_holds_is_taken_up_as_it_was_written(first, second):
    memory = Memory()
    storage = Storage(memory)
    memory.cut_at(1, CutMoment.AFTER)  # the journal is whole, no record is
    with pytest.raises(PowerLostError):
        storage.keep({"first": first, "second": second, "ring/0": [1, 2, 3]})
    memory.supply(True)
    storage = Storage(memory)
    expected = {"first": first, "second": second}
    assert storage.load() == expected
    assert storage.load_cells("ring") == [[1, 2, 3]]
    storage.recover()
    assert (storage.load(), memory.read(JOURNAL)) == (expected, "{}")
    assert storage.load_cells("ring") == [[1, 2, 3]]
