"""Disturbances and injections as they hold at an instant."""

from datetime import UTC, datetime

import numpy as np
import pytest

from sim.grid.disturbances import ActiveDisturbances, Disturbance, Effect
from sim.grid.feeder import layout
from sim.grid.local_calendar import DAY_S, LocalCalendar
from sim.grid.supply_quality import CODE, SupplyEventCause
from sim.grid.supply_state import SupplyState
from sim.grid.terms import microgrid_terms
from sim.kernel.random import RandomStreams

ALMANAC = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)


class Script:
    """Disturbances that are given, by the day on which they begin."""

    def __init__(self, *rows: Disturbance) -> None:
        self.rows = rows
        self.asked: list[int] = []

    def day(self, day: int) -> tuple[Disturbance, ...]:
        self.asked.append(day)
        return tuple(row for row in self.rows if row.begin_s // DAY_S == day)


def around(*rows: Disturbance) -> ActiveDisturbances:
    """Six points on two poles of one branch."""
    table = {"phases": 1, "branches": 1, "points_per_pole": 3, "trunk_cable": "duplex-al-6"}
    feeder = layout(microgrid_terms({"feeder": table}).feeder, 6, 0, RandomStreams(1).stream("x")).feeder(0j)
    return ActiveDisturbances(Script(*rows), ALMANAC, feeder, 6)


def sag(begin_s: float, end_s: float, factor: float = 0.7) -> Disturbance:
    return Disturbance(Effect.VOLTAGE, SupplyEventCause.SWITCHING, begin_s, end_s, factor=factor)


def test_a_disturbance_holds_from_its_begin_to_before_its_end():
    seen, shares = around(sag(10.0, 20.0)), []
    for now_s in (0.0, 9.999, 10.0, 19.999, 20.0):
        seen.observe(now_s)
        shares.append(seen.voltage_share)
    assert shares == [1.0, 1.0, 0.7, 0.7, 1.0]


def test_the_next_change_is_the_nearest_edge():
    seen = around(sag(10.0, 20.0), sag(15.0, 40.0))
    changes = []
    for now_s in (0.0, 10.0, 15.0, 20.0, 40.0):
        seen.observe(now_s)
        changes.append(seen.next_change_s(now_s))
    assert changes == [10.0, 15.0, 20.0, 40.0, float("inf")]


def test_factors_of_the_voltage_multiply():
    seen = around(sag(0.0, 9.0, 0.8), sag(0.0, 9.0, 0.5))
    seen.observe(1.0)
    assert seen.voltage_share == pytest.approx(0.4)
    assert set(seen.cause) == {CODE[SupplyEventCause.SWITCHING]}


def test_a_fault_of_a_branch_takes_what_hangs_behind_it():
    seen = around(Disturbance(Effect.BRANCH, SupplyEventCause.STORM, 0.0, 9.0, place=2))
    seen.observe(1.0)
    assert list(seen.live) == [True] * 3 + [False] * 3
    assert [bool(code == CODE[SupplyEventCause.STORM]) for code in seen.cause] == [False] * 3 + [True] * 3
    seen.observe(9.0)
    assert seen.live.all()


def test_the_first_reason_stays_the_reason():
    fault = Disturbance(Effect.BRANCH, SupplyEventCause.LINE_FAULT, 0.0, 9.0, place=1)
    fuse = Disturbance(Effect.POINT, SupplyEventCause.USER, 1.0, 9.0, place=4)
    seen = around(fault, fuse)
    seen.observe(2.0)
    assert seen.cause[4] == CODE[SupplyEventCause.LINE_FAULT]
    assert not seen.live.any()


@pytest.mark.parametrize(
    ("effect", "state"),
    [(Effect.PLANT_FAULT, SupplyState.FAULT), (Effect.PLANT_PLANNED, SupplyState.PLANNED)],
)
def test_what_takes_the_plant_down_says_why(effect, state):
    seen = around(Disturbance(effect, SupplyEventCause.PLANNED, 5.0, 9.0))
    seen.observe(0.0)
    assert (seen.plant, seen.plant_cause) == (None, None)
    seen.observe(5.0)
    assert (seen.plant, seen.plant_cause) == (state, SupplyEventCause.PLANNED)


def test_days_are_drawn_once_each_and_none_is_left_out():
    script = Script(sag(0.5 * DAY_S, 2.5 * DAY_S))
    seen = around()
    seen._drawn = script
    seen.observe(0.0)
    seen.observe(2.2 * DAY_S)
    assert seen.voltage_share == 0.7
    seen.observe(2.9 * DAY_S)
    assert script.asked == [0, 1, 2]
    assert seen.voltage_share == 1.0


def test_injections_hold_until_they_are_cleared():
    seen = around()
    seen.observe(0.0)
    low, tap = seen.inject("sag", None, 0.6, 0.0), seen.inject("load", 2, 500.0, 0.0)
    var = seen.inject("reactive", 2, -200.0, 0.0)
    seen.observe(1e6)
    assert seen.voltage_share == 0.6
    assert seen.injected_va(6)[2] == 500.0 - 200.0j
    seen.clear(low, 1e6)
    seen.clear(tap, 1e6)
    seen.clear(var, 1e6)
    seen.observe(1e6)
    assert seen.voltage_share == 1.0
    assert np.abs(seen.injected_va(6)).sum() == 0.0


def test_an_injected_theft_stays_in_the_list_with_its_end():
    seen = around()
    handle = seen.inject("magnet", 3, 0.5, 100.0)
    seen.clear(handle, 250.0)
    (theft,) = seen.thefts
    assert (theft.kind, theft.point, theft.begin_s, theft.end_s, theft.value) == (
        "magnet",
        3,
        100.0,
        250.0,
        0.5,
    )


def test_the_darkest_of_injected_clouds_counts():
    seen = around()
    assert seen.sun_share() == 1.0
    seen.inject("cloud", None, 0.5, 0.0)
    seen.inject("cloud", None, 0.3, 0.0)
    assert seen.sun_share() == 0.3
