"""The storage: nothing twice, evictions said, refusals, and a power cut at any write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.concentrator.errors import PowerLostError
from sim.concentrator.nvm import MOMENTS, Nvm
from sim.concentrator.storage import Coverage, Storage, StorageFullError
from sim.concentrator.terms import StorageTerms

DAY_S = 86_400
PROFILE, COLUMNS = "1.0.99.1.0", ("1.0.1.8.0/2",)


def storage_of(rows=100, memory=None, **terms):
    """A storage with room for so many rows."""
    made = Storage(memory or Nvm(), StorageTerms(meters=rows, days=1, period_s=DAY_S, **terms), lambda: 0)
    made.load()
    return made


def put(storage, hour, count=4, serial="m1"):
    """Store an hour of quarter-hours."""
    begin_s = hour * 3600
    rows = [(begin_s + 900 * number, (hour,)) for number in range(1, count + 1)]
    return storage.store(serial, PROFILE, COLUMNS, 900, (begin_s, begin_s + 3600), rows)


def numbers(storage, after=0, limit=1000):
    return [batch.first + place for batch in storage.after(after, limit) for place in range(len(batch.rows))]


# ---------------------------------------------------------------- coverage


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans()), max_size=12))
def test_coverage_is_a_set_of_seconds(steps):
    coverage, expected = Coverage(), set()
    for after_s, through_s, adding in steps:
        seconds = set(range(after_s + 1, through_s + 1))
        if adding:
            coverage.add(after_s, through_s)
            expected |= seconds
        else:
            coverage.remove(after_s, max(after_s, through_s))
            expected -= seconds
    covered = {second for second in range(1, 61) if coverage.covers(second)}
    assert covered == expected
    missing = {s for begin_s, end_s in coverage.gaps(0, 60) for s in range(begin_s + 1, end_s + 1)}
    assert missing == set(range(1, 61)) - expected
    assert list(coverage.ranges) == sorted(coverage.ranges)
    assert Coverage.from_json(coverage.to_json()).ranges == coverage.ranges


# ---------------------------------------------------------------- storing and giving


def test_rows_are_numbered_and_given_behind_a_number():
    storage = storage_of()
    assert (put(storage, 0), put(storage, 1)) == (4, 4)
    assert numbers(storage) == list(range(1, 9))
    assert numbers(storage, after=2, limit=3) == [3, 4, 5]
    (batch,) = storage.after(5, 1)
    assert (batch.first, batch.rows) == (6, ((3600 + 1800, (1,)),))


def test_nothing_is_stored_twice():
    storage = storage_of()
    put(storage, 0)
    assert put(storage, 0) == 0
    rows = [(900 * number, (0,)) for number in range(1, 9)]
    assert storage.store("m1", PROFILE, COLUMNS, 900, (0, 7200), rows) == 4
    assert storage.store("m1", PROFILE, COLUMNS, 900, (7200, 9000), rows) == 0  # outside what was asked
    assert storage.store("m2", PROFILE, COLUMNS, 900, (0, 7200), rows) == 8


def test_delivered_rows_go_first_and_in_silence():
    storage, told = storage_of(10), []
    storage.on_evicted = told.append
    put(storage, 0)
    put(storage, 1)
    storage.acknowledge(4)
    put(storage, 2)
    assert numbers(storage) == list(range(5, 13))
    assert (told, storage.evicted_rows, storage.undelivered) == ([], 0, 8)


@pytest.mark.requirement("R6.2-02")
def test_an_eviction_is_visible_and_fetched_again_once_there_is_room():
    storage, told = storage_of(10), []
    storage.on_evicted = told.append
    for hour in range(4):
        put(storage, hour)
    assert [(item.first, item.last) for item in told] == [(1, 4), (5, 8)]
    assert [(item.first, item.last) for item in storage.evictions] == [(1, 8)]
    assert storage.evicted_rows == 8
    coverage = storage.coverage("m1", PROFILE)
    assert coverage.gaps(0, 4 * 3600) == []  # not while there is no room
    storage.acknowledge(16)
    assert coverage.gaps(0, 4 * 3600) == [(0, 7200)]
    assert put(storage, 0) == 4


def test_a_storage_that_refuses_leaves_what_is_new_where_it_is():
    storage, told = storage_of(10, eviction="refuse-new"), []
    storage.on_full = lambda: told.append("full")
    put(storage, 0)
    put(storage, 1)
    with pytest.raises(StorageFullError):
        put(storage, 2)
    assert told == ["full"]
    assert storage.coverage("m1", PROFILE).gaps(0, 10_800) == [(7200, 10_800)]
    storage.acknowledge(4)
    assert put(storage, 2) == 4


def test_a_blocked_storage_takes_nothing():
    storage = storage_of()
    storage.blocked = True
    with pytest.raises(StorageFullError):
        put(storage, 0)
    storage.blocked = False
    assert put(storage, 0) == 4


def test_nobody_acknowledges_what_was_never_there():
    storage = storage_of()
    put(storage, 0)
    storage.acknowledge(1000)
    assert storage.acknowledged == 4
    put(storage, 1)
    assert storage.undelivered == 4


# ---------------------------------------------------------------- power


def _collect(storage, collected):
    for batch in storage.after(storage.acknowledged, 1000):
        for place, (at_s, _) in enumerate(batch.rows):
            assert collected.setdefault(batch.first + place, at_s) == at_s  # a number keeps its row


def _life(storage, collected, hours):
    """Store each hour, acknowledge behind; what a head-end has at the end."""
    for hour in hours:
        put(storage, hour)
        _collect(storage, collected)
        if hour % 3 == 2:
            storage.acknowledge(max(collected, default=0))


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("write", range(1, 40))
def test_a_cut_at_any_write_keeps_it_whole(write, moment):
    memory, collected = Nvm(), {}
    memory.cut_at(write, moment)
    hours = range(12)
    try:
        _life(storage_of(16, memory), collected, hours)
    except PowerLostError:
        memory.mount()
    again = storage_of(16, memory)
    held = numbers(again)
    assert held == list(range(held[0], held[0] + len(held))) if held else True
    _collect(again, collected)
    # what was not stored is a gap, to be fetched again
    missing = [begin_s // 3600 for begin_s, _ in again.coverage("m1", PROFILE).gaps(0, 12 * 3600)]
    for first in missing:
        _life(again, collected, range(first, 12))
    evicted = {number for item in again.evictions for number in range(item.first, item.last + 1)}
    assert sorted(set(collected.values())) == [900 * number for number in range(1, 49)]
    assert len(set(collected.values())) == len(collected)  # nothing under two numbers
    assert not evicted & set(numbers(again))


def test_what_is_held_survives_and_numbers_go_on():
    memory = Nvm()
    storage = storage_of(100, memory)
    put(storage, 0)
    storage.acknowledge(2)
    again = storage_of(100, memory)
    assert (numbers(again), again.acknowledged, again.undelivered) == ([1, 2, 3, 4], 2, 2)
    assert again.coverage("m1", PROFILE).gaps(0, 7200) == [(3600, 7200)]
    assert put(again, 1) == 4
    assert numbers(again)[-1] == 8


def test_many_evictions_are_joined():
    storage = storage_of(4)
    for hour in range(300):
        put(storage, hour, serial=f"m{hour % 2}")
        if hour % 2:
            storage.acknowledge(storage.newest)
    assert len(storage.evictions) <= 101
