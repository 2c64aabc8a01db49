"""Theft in a microgrid: what each kind does to register, books and meter, and the balance that finds it."""

import pytest
from small_grids import grid_of, run

from sim.grid.energy_balance import NJ_PER_WH
from sim.grid.microgrid import Microgrid
from sim.grid.terms import THEFTS


def honest_and_thief(kind: str, hours: float = 30.0) -> tuple[Microgrid, Microgrid]:
    honest = run(grid_of(), hours, step_s=300.0)
    row = {"kind": kind, "point": 2, "begin_day": 0.25}
    return honest, run(grid_of(theft={"planted": [row]}), hours, step_s=300.0)


@pytest.mark.parametrize("kind", THEFTS)
def test_what_each_theft_does_to_register_books_and_meter(kind):
    honest, thief = honest_and_thief(kind)
    (theft,) = thief.thefts
    usual, registered = honest.totals.import_nj(2), thief.totals.import_nj(2)
    assert theft.begin_s == 6 * 3600.0
    assert theft.stolen_nj > 0
    assert thief.books.balance_nj() == 0
    around = kind in ("full-bypass", "partial-bypass", "illegal-tap")
    assert thief.books.stolen_nj == (theft.stolen_nj if around else 0)
    assert thief.books.concealed_nj == (0 if around else theft.stolen_nj)
    if kind in ("full-bypass", "partial-bypass"):
        assert registered < usual
        assert registered + theft.stolen_nj == pytest.approx(usual, rel=0.01)
    else:
        assert registered == pytest.approx(usual, rel=0.01)
    if kind == "magnet":
        assert thief.tamper.magnet[2]
        assert thief.tamper.registration[2] == 0.7
        assert theft.stolen_nj < 0.31 * registered
    if kind == "dead-meter":
        assert thief.voltage_v[2] == 0.0
        assert not thief.energised[2]
        assert thief.line_voltage_v[2] > 100.0
        assert thief.current_a[2] > 0.0


def test_reversed_terminals_turn_the_angle():
    grid = run(grid_of(), 20.0)
    before = grid.phase_deg.copy()
    handle = grid.inject("reversed", 1)
    assert abs(abs(grid.phase_deg[1] - before[1]) - 180.0) < 0.1
    assert -180.0 < grid.phase_deg[1] <= 180.0
    assert grid.tamper.reversed[1]
    grid.clear(handle)
    assert grid.phase_deg[1] == pytest.approx(before[1], abs=0.1)
    assert grid.thefts[-1].kind == "reversed"


def test_a_bypass_lives_on_behind_an_open_relay():
    grid = run(grid_of(theft={"planted": [{"kind": "full-bypass", "point": 2}]}), 19.5)
    grid.set_closed(2, False, grid.now_s)
    before = grid.thefts[0].stolen_nj
    run(grid, 1.0)
    assert grid.current_a[2] == 0.0
    assert grid.thefts[0].stolen_nj > before


def test_what_a_totaliser_misses_is_stolen_or_lost():
    """The balance that finds thieves: feeder less meters less technical losses is what was stolen."""
    planted = [{"kind": "full-bypass", "point": 0}, {"kind": "illegal-tap", "point": 4}]
    grid = run(grid_of(theft={"planted": planted}), 24.0)
    books = grid.books
    missing = books.sent_nj - sum(grid.totals.import_nj(point) for point in range(6))
    assert missing - books.technical_losses_nj == books.stolen_nj
    assert books.stolen_nj == sum(theft.stolen_nj for theft in grid.thefts)


def test_lighting_without_a_meter_is_unmetered_and_not_stolen():
    homes = {"count": 3, "specials": ["lighting"], "lighting_metered": False}
    grid = run(grid_of(homes=homes), 24.0)
    assert grid.points == 3
    assert grid.books.unmetered_nj / NJ_PER_WH == pytest.approx(4700.0, rel=0.15)
    assert grid.books.stolen_nj == 0
