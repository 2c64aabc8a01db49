"""Memory and storage alone: a write is whole or not there, a set of writes is whole or not there."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.meter.storage.nvm import JOURNAL, CutMoment, Memory, MemoryTerms, PowerLostError, Storage

MOMENTS = st.sampled_from(CutMoment)
RECORDS = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 9), max_size=5)


def powered_up(memory):
    """What a meter does when the power comes back."""
    memory.supply(True)
    storage = Storage(memory)
    storage.recover()
    return storage


@pytest.mark.parametrize(
    ("moment", "kept"), [(CutMoment.BEFORE, "old"), (CutMoment.DURING, "old"), (CutMoment.AFTER, "new")]
)
def test_one_write_is_old_or_new(moment, kept):
    memory = Memory()
    memory.write("a", "older")
    memory.write("a", "old")
    memory.cut_at(1, moment)
    with pytest.raises(PowerLostError):
        memory.write("a", "new")
    assert memory.read("a") == kept


def test_a_torn_first_write_leaves_nothing():
    memory = Memory()
    memory.cut_at(1)
    with pytest.raises(PowerLostError):
        memory.write("a", "new")
    assert memory.read("a") is None
    memory.supply(True)
    memory.write("a", "newer")
    assert memory.read("a") == "newer"


def test_a_cut_comes_at_the_write_that_was_asked_for_and_can_be_taken_back():
    memory = Memory()
    memory.cut_at(2)
    memory.write("a", "1")
    memory.cut_at(0)
    memory.write("a", "2")
    memory.cut_at(2, CutMoment.BEFORE)
    memory.write("a", "3")
    with pytest.raises(PowerLostError):
        memory.write("a", "4")
    assert (memory.read("a"), memory.writes, memory.supplied) == ("3", 4, False)
    with pytest.raises(PowerLostError):
        memory.write("a", "5")
    memory.supply(True)
    memory.write("a", "6")


@pytest.mark.parametrize(("hold_up_ms", "write_ms", "writes"), [(0, 5, 0), (4, 5, 0), (15, 5, 3), (16, 5, 3)])
def test_the_capacitor_lasts_for_so_many_writes(hold_up_ms, write_ms, writes):
    memory = Memory(MemoryTerms(hold_up_ms, write_ms))
    memory.mains_failed()
    for number in range(writes):
        memory.write("a", str(number))
    with pytest.raises(PowerLostError):
        memory.write("a", "too late")


def test_terms_that_make_no_sense_are_refused():
    for terms in ((-1, 5), (10, 0)):
        with pytest.raises(ValueError, match="hold_up_ms"):
            MemoryTerms(*terms)


def test_a_cut_that_was_asked_for_comes_before_the_capacitor_is_empty():
    memory = Memory(MemoryTerms(hold_up_ms=100, write_ms=10))
    memory.cut_at(2, CutMoment.BEFORE)
    memory.mains_failed()
    memory.write("a", "1")
    with pytest.raises(PowerLostError):
        memory.write("a", "2")


@given(st.lists(RECORDS, min_size=1, max_size=6), st.integers(1, 12), MOMENTS)
def test_a_set_is_kept_whole_or_not_at_all(sets, write, moment):
    memory = Memory()
    storage, expected = Storage(memory), {}
    for records in sets[:-1]:
        storage.keep(records)
        expected |= records
    memory.cut_at(write, moment)
    after = expected | sets[-1]
    try:
        storage.keep(sets[-1])
    except PowerLostError:
        found = storage.load()
        assert found in (expected, after)
        assert powered_up(memory).load() == found, "what recovery ends up with was known before"
    else:
        assert storage.load() == after


@given(RECORDS, RECORDS, st.integers(1, 8), MOMENTS, st.integers(1, 8), MOMENTS)
def test_a_recovery_that_is_cut_itself_changes_nothing(old, new, write, moment, again, moment_again):
    memory = Memory()
    storage = Storage(memory)
    storage.keep(old)
    memory.cut_at(write, moment)
    try:
        storage.keep(new)
    except PowerLostError:
        found = storage.load()
        memory.cut_at(again, moment_again)
        memory.supply(True)
        try:
            storage.recover()
        except PowerLostError:
            powered_up(memory)
        assert storage.load() == found


def test_the_order_of_writes_is_journal_records_done():
    class Recorder(Memory):
        __slots__ = ("log",)

        def __init__(self):
            super().__init__()
            self.log = []

        def write(self, name, text):
            self.log.append(name)
            super().write(name, text)

    memory = Recorder()
    storage = Storage(memory)
    storage.keep({"credit": 1, "tid-store": [2]})
    storage.keep({"credit": 1, "tid-store": [3]})
    storage.keep({"credit": 1, "tid-store": [3]})
    assert memory.log == [JOURNAL, "credit", "tid-store", JOURNAL, "tid-store"]
    assert json.loads(memory.read("tid-store")) == [3]


def test_what_is_erased_is_gone():
    storage = Storage(Memory())
    storage.keep({"a": 1, "b": 2})
    storage.erase()
    assert storage.load() == {}
    storage.keep({"a": 1})
    assert storage.load() == {"a": 1}
