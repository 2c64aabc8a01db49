"""The memory: torn writes leave the old value or the new one, and never a mixture."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.concentrator.errors import PowerLostError
from sim.concentrator.nvm import MOMENTS, Nvm


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_setting_is_the_old_or_the_new_one(moment):
    memory = Nvm()
    memory.put("x", "old")
    memory.cut_at(1, moment)
    with pytest.raises(PowerLostError):
        memory.put("x", "new and longer than before")
    memory.mount()
    assert memory.get("x") == ("new and longer than before" if moment == "after" else "old")
    memory.put("x", "newest")
    assert memory.get("x") == "newest"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_first_setting_is_there_or_not(moment):
    memory = Nvm()
    memory.cut_at(1, moment)
    with pytest.raises(PowerLostError):
        memory.put("x", "first")
    memory.mount()
    assert memory.get("x") == ("first" if moment == "after" else None)


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 8), st.sampled_from(MOMENTS))
def test_a_log_keeps_every_record_that_was_written_whole(records, cut, moment):
    memory, written = Nvm(), []
    memory.cut_at(cut, moment)
    for record in records:
        try:
            memory.append("log", record)
            written.append(record)
        except PowerLostError:
            memory.mount()
            if moment == "after":
                written.append(record)
    assert memory.records("log") == written


@pytest.mark.parametrize("moment", MOMENTS)
def test_dropping_is_all_or_nothing(moment):
    memory = Nvm()
    for number in range(5):
        memory.append("log", bytes((number,)))
    memory.cut_at(1, moment)
    with pytest.raises(PowerLostError):
        memory.drop("log", 3)
    memory.mount()
    assert len(memory.records("log")) == (2 if moment == "after" else 5)


def test_an_impossible_cut_is_refused():
    for write, moment in ((-1, "during"), (1, "sometime")):
        with pytest.raises(ValueError, match="a cut happens"):
            Nvm().cut_at(write, moment)
