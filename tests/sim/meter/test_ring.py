"""The ring keeps its newest rows, and each new one costs one cell."""

from hypothesis import given
from hypothesis import strategies as st

from sim.meter.ring import Ring

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
            expected = [*expected, [step, -step]][-CAPACITY:]
        if number % every == 0:
            into_cells(cells, ring)
    into_cells(cells, ring)
    assert [list(row) for row in ring.rows] == expected
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
