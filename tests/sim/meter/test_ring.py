"""The ring keeps its newest rows, and each new one costs one cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.meter.storage.ring import Ring

CAPACITY = 5


def into_cells(cells, ring):
    cells.update(ring.take_unsaved())


@given(st.lists(st.one_of(st.integers(0, 99), st.none()), max_size=40), st.integers(1, 7))
def test_cells_written_now_and_then_give_the_ring_back(steps, every):
    ring, expected, cells = Ring(CAPACITY), [], {}
    for number, step in enumerate(steps):
        if step is None:
            ring.clear()
            expected = []
        else:
            ring.append(step, -step)
            expected = [*expected, (step, -step)][-CAPACITY:]
        if number % every == 0:
            into_cells(cells, ring)
    into_cells(cells, ring)
    assert list(ring.rows) == expected
    assert [ring.rows[index] for index in range(-len(ring), len(ring))] == 2 * expected
    assert ring.rows[1:3] == expected[1:3]
    assert ring.newest == (expected[-1] if expected else None)
    assert len(ring) == len(expected)
    other = Ring(CAPACITY)
    other.restore(cells.values())
    assert other.rows == ring.rows
    other.append(7, 7)
    ring.append(7, 7)
    assert other.snapshot() == ring.snapshot(), "numbers go on where they were"


def test_a_row_is_saved_once():
    ring = Ring(CAPACITY)
    ring.append(1)
    assert ring.take_unsaved() == {1: [1, 1]}
    assert ring.take_unsaved() == {}


def test_a_ring_that_is_taken_up_elsewhere_is_all_unsaved():
    ring, other = Ring(CAPACITY), Ring(CAPACITY)
    for value in range(7):
        ring.append(value)
    other.restore(ring.snapshot())
    assert sorted(other.take_unsaved().values()) == ring.snapshot()


def test_rows_are_of_one_width_until_the_ring_is_emptied():
    ring = Ring(CAPACITY)
    ring.append(1, 2)
    with pytest.raises(ValueError, match="2 numbers"):
        ring.append(1)
    ring.clear()
    ring.append(1)
    assert list(ring.rows) == [(1,)]
    with pytest.raises(IndexError):
        ring.rows[1]


def test_a_ring_holds_at_least_one_row():
    with pytest.raises(ValueError, match="one row"):
        Ring(0)


def test_a_year_of_quarters_costs_its_numbers_and_little_more():
    ring = Ring(40_000)
    for number in range(35_040):
        ring.append(number, number, number, number)
    assert ring._packed.itemsize * len(ring._packed) <= 4 * 8 * 40_000
