"""Energy is conserved to the nJ: over random grids, relays, thefts, faults and steps."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.grid.disturbances import INJECTIONS
from sim.grid.energy_balance import (
    EnergyBalance,
    LoadPowers,
    PlantPowers,
    PointTotals,
    energies_nj,
    energy_nj,
)
from sim.grid.errors import ConservationError
from sim.grid.microgrid import Microgrid
from sim.grid.terms import SPECIALS, THEFTS, microgrid_terms
from sim.grid.theft import AROUND, BLIND
from sim.kernel.random import RandomStreams

EPOCH = datetime(2026, 2, 1, 5, tzinfo=UTC)
POWERS = st.floats(-1e5, 1e5, allow_nan=False)


@given(
    st.lists(POWERS, min_size=1, max_size=20),
    st.floats(0.0, 1e4),
    st.floats(0.0, 5e3),
    st.floats(0.001, 3600.0),
)
def test_books_of_any_interval_close(through, around, lost, duration_s):
    through_w = np.array(through)
    around_w, none = np.full(len(through), around), np.zeros(len(through))
    sent_w = float(through_w.sum() + around_w.sum()) + lost
    plant = PlantPowers(pv_w=3000.0, discharge_w=sent_w, charge_w=2900.0, conversion_loss_w=100.0)
    plant.battery_loss_w, plant.feeder_w = 40.0, sent_w
    books = EnergyBalance()
    booked = books.close(plant, LoadPowers(through_w, around_w, none, lost), duration_s)
    assert books.balance_nj() == 0
    assert int(booked.sum()) == books.delivered_nj - books.exported_nj
    assert books.stolen_nj == energy_nj(around, duration_s) * len(through)
    assert books.delivered_nj >= 0
    assert books.exported_nj >= 0
    assert all(isinstance(getattr(books, name), int) for name in books.__slots__)


@pytest.mark.parametrize("plant", [PlantPowers(feeder_w=1000.0), PlantPowers(pv_w=1.0)])
def test_an_interval_that_does_not_add_up_is_a_fault(plant):
    none = np.zeros(2)
    with pytest.raises(ConservationError, match="unaccounted"):
        EnergyBalance().close(plant, LoadPowers(none, none, none), 60.0)


def test_powers_become_whole_nanojoules():
    assert energy_nj(1.0, 60.0) == 60_000_000_000
    assert list(energies_nj(np.array([1.0, -0.5]), 2.0)) == [2_000_000_000, -1_000_000_000]


@given(st.lists(st.integers(-(10**15), 10**15), max_size=60))
def test_totals_keep_every_nanojoule(energies):
    totals = PointTotals(2)
    for energy in energies:
        totals.add(np.array([energy, -energy]))
    taken = sum(energy for energy in energies if energy > 0)
    given_back = -sum(energy for energy in energies if energy < 0)
    assert (totals.import_nj(0), totals.export_nj(0)) == (taken, given_back)
    assert (totals.import_nj(1), totals.export_nj(1)) == (given_back, taken)
    assert totals.import_wh[0] == taken // 3_600_000_000_000
    assert totals.export_wh[0] == given_back // 3_600_000_000_000


@st.composite
def scenarios(draw) -> dict:
    """A random microgrid of a few homes: with and without battery, diesel set, panels and thefts."""
    count = draw(st.integers(1, 6))
    battery = draw(st.sampled_from([0.0, 2.0, 20.0]))
    planted = [
        {"kind": draw(st.sampled_from(THEFTS)), "point": draw(st.integers(0, count - 1))}
        for _ in range(draw(st.integers(0, 3)))
    ]
    return {
        "plant": {
            "pv_kwp": draw(st.sampled_from([0.0, 1.0, 8.0])),
            "battery_kwh": battery,
            "battery_initial": draw(st.floats(0.2, 1.0)),
            "inverter_kva": draw(st.sampled_from([0.3, 3.0])),
            "diesel_kw": draw(st.sampled_from([0.0, 4.0])) if battery else 4.0,
            "service_hours": draw(st.sampled_from([[[0, 24]], [[6, 9], [18, 23]]])),
        },
        "feeder": {"phases": draw(st.sampled_from([1, 2, 3])), "span_m": draw(st.floats(1.0, 150.0))},
        "homes": {
            "count": count,
            "zero_share": 0.0,
            "climate": "warm",
            "specials": draw(st.lists(st.sampled_from(SPECIALS), max_size=2)),
            "lighting_metered": draw(st.booleans()),
            "pv_share": draw(st.sampled_from([0.0, 0.6])),
            "pv_home_kwp": 1.5,
            "demand_scale": draw(st.sampled_from([1.0, 4.0])),
        },
        "theft": {"planted": planted},
        "disturbances": {"sags": 40.0, "line_faults": 20.0, "user_outages": 10.0, "generation_faults": 10.0},
    }


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["step", "step", "relay", "inject", "clear", "jump"]),
        st.integers(0, 10**6),
        st.sampled_from([0.001, 1.0, 17.3, 60.0, 900.0, 7200.0]),
    ),
    min_size=5,
    max_size=60,
)


def act(grid: Microgrid, action: str, number: int, now_s: float, handles: list) -> None:
    """One thing that happens to the grid."""
    kinds = sorted(INJECTIONS)
    kind = kinds[number % len(kinds)]
    point = number // 7 % grid.points if INJECTIONS[kind].needs_point else None
    if action == "relay":
        grid.set_closed(number % grid.points, number % 3 > 0, now_s)
    elif action == "inject":
        handles.append(grid.inject(kind, point, None, now_s))
    elif action == "clear" and handles:
        grid.clear(handles.pop(number % len(handles)), now_s)
    else:
        grid.step(now_s)


@given(scenarios(), st.integers(0, 2**32), ACTIONS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_energy_is_conserved_whatever_happens(scenario, seed, actions):
    grid = Microgrid(microgrid_terms(scenario), streams=RandomStreams(seed), epoch=EPOCH)
    store_nj = round(grid.battery_soc * scenario["plant"]["battery_kwh"] * 3.6e15)
    now_s, handles, seen_nj = 0.0, [], np.zeros(grid.points)
    for action, number, wait_s in actions:
        jump = action == "jump" and grid.next_event_s < now_s + 1e6
        later_s = grid.next_event_s if jump else now_s + wait_s
        assert later_s > now_s
        power_w = grid.voltage_v * grid.current_a * np.cos(np.radians(grid.phase_deg))
        honest = ~(grid.tamper.dead | grid.tamper.reversed)
        before = np.array([grid.totals.import_nj(p) - grid.totals.export_nj(p) for p in range(grid.points)])
        act(grid, action, number, later_s, handles)
        after = np.array([grid.totals.import_nj(p) - grid.totals.export_nj(p) for p in range(grid.points)])
        seen_nj = power_w * (later_s - now_s) * 1e9
        assert (after - before)[honest].astype(float) == pytest.approx(seen_nj[honest], rel=1e-9, abs=10.0)
        assert grid.books.balance_nj() == 0
        now_s = later_s
    books = grid.books
    assert sum(grid.totals.import_nj(point) for point in range(grid.points)) == books.delivered_nj
    assert sum(theft.stolen_nj for theft in grid.thefts if theft.kind in AROUND) == books.stolen_nj
    assert sum(theft.stolen_nj for theft in grid.thefts if theft.kind in BLIND) == books.concealed_nj
    if all(wait_s <= 60.0 and action != "jump" for action, _, wait_s in actions):
        assert -1e12 <= store_nj + books.battery_change_nj <= scenario["plant"]["battery_kwh"] * 3.6e15 + 1e12
    for name in (
        "generated_pv_nj",
        "delivered_nj",
        "stolen_nj",
        "technical_losses_nj",
        "conversion_losses_nj",
    ):
        assert getattr(books, name) >= -1000, name
