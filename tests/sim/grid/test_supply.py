"""Supply of a microgrid: hours of service and what ends them, and what disturbs it."""

import numpy as np
import pytest
from small_grids import AMPLE, QUIET, SMALL, grid_of, run

from sim.grid.energy_balance import NJ_PER_WH
from sim.grid.errors import InjectionError
from sim.grid.supply_quality import SupplyEventCause, SupplyEventKind

# ---------------------------------------------------------------- supply


def test_hours_of_service_come_out_of_sun_and_battery():
    homes = {"count": 8, "zero_share": 0.0, "climate": "warm"}
    grid = run(grid_of(plant=SMALL, homes=homes), 96.0, step_s=300.0)
    hours = [grid.supply.day_service_s[day] / 3600.0 for day in range(4)]
    assert 2.0 < np.mean(hours[1:]) < 22.0
    empty = [event for event in grid.supply.events if event.cause is SupplyEventCause.BATTERY]
    assert empty
    assert all(event.points == tuple(range(8)) for event in empty)
    assert grid.supply.service_s == pytest.approx(grid.supply.point_service_s[0])
    assert run(grid_of(), 24.0, step_s=300.0).supply.service_s == 24 * 3600.0


def test_the_battery_takes_the_load_back_only_at_its_threshold():
    grid = grid_of(plant=SMALL, homes={"count": 8, "zero_share": 0.0, "climate": "warm"})
    states, levels = [], []
    for number in range(1, 4 * 288):
        grid.step(number * 300.0)
        states.append(grid.supply.state)
        levels.append(grid.battery_soc)
    back = [n for n in range(1, len(states)) if states[n - 1] != "normal" and states[n] == "normal"]
    assert back
    assert all(levels[n] >= 0.35 for n in back)
    gone = [n for n in range(1, len(states)) if states[n - 1] == "normal" and states[n] != "normal"]
    # One step of five minutes may pass below the reserve before anybody looks.
    assert all(0.12 <= levels[n] <= 0.2 for n in gone if states[n] == "battery-empty")


def test_scheduled_hours_are_the_service():
    plant = {**AMPLE, "service_hours": [[5, 8], [17.5, 22]]}
    grid = run(grid_of(plant=plant), 24.0)
    assert grid.supply.service_s == pytest.approx(7.5 * 3600.0)
    scheduled = [event for event in grid.supply.events if event.cause is SupplyEventCause.SCHEDULE]
    assert [(event.begin_s, event.end_s) for event in scheduled] == [
        (0.0, 5 * 3600.0),
        (8 * 3600.0, 17.5 * 3600.0),
        (22 * 3600.0, None),
    ]


def test_a_diesel_set_alone_supplies_its_hours_and_burns_fuel():
    plant = {
        "pv_kwp": 0,
        "battery_kwh": 0,
        "inverter_kva": 0,
        "diesel_kw": 15,
        "diesel_hours": [[18, 22.5]],
        "service_hours": [[18, 22.5]],
    }
    grid = run(grid_of(plant=plant, homes={"count": 20, "climate": "warm"}), 24.0)
    assert grid.supply.service_s == pytest.approx(4.5 * 3600.0)
    kwh = grid.books.generated_diesel_nj / NJ_PER_WH / 1000.0
    assert kwh > 5.0
    assert grid.fuel_l == pytest.approx(0.08 * 15 * 4.5 + 0.25 * kwh, rel=0.02)
    assert grid.books.battery_change_nj == 0


def test_a_diesel_set_keeps_a_small_battery_from_emptying():
    plant = {"pv_kwp": 0.5, "battery_kwh": 4.0, "inverter_kva": 3.0, "diesel_kw": 4.0}
    grid = run(grid_of(plant=plant, homes={"count": 8, "zero_share": 0.0}), 48.0, step_s=300.0)
    assert grid.supply.service_s == 48 * 3600.0
    assert grid.books.generated_diesel_nj > 0
    assert grid.fuel_l > 0.0


def test_too_much_load_trips_the_inverter_and_it_tries_again():
    plant = {**AMPLE, "inverter_kva": 2.0, "inverter_restart_s": 300.0}
    grid = grid_of(plant=plant)
    handle = grid.inject("load", 0, 4000.0)
    assert grid.supply.state == "overload"
    assert not grid.energised.any()
    assert grid.next_event_s == 300.0
    grid.clear(handle)
    grid.step(300.0)
    assert grid.supply.state == "normal"
    (event,) = grid.supply.events
    assert (event.kind, event.cause, event.begin_s, event.end_s) == (
        SupplyEventKind.OUTAGE,
        SupplyEventCause.OVERLOAD,
        0.0,
        300.0,
    )


def test_a_load_that_no_voltage_carries_trips_as_well():
    grid = grid_of(feeder={"phases": 1, "trunk_cable": "duplex-al-6", "span_m": 400.0, "first_span_m": 400.0})
    grid.inject("load", 5, 60_000.0)
    assert grid.supply.state == "overload"


def test_a_cloud_takes_the_sun_away():
    grid = run(grid_of(), 12.0)
    clear_w = grid.solar_w
    handle = grid.inject("cloud", value=0.1)
    assert grid.solar_w == pytest.approx(0.1 * clear_w)
    grid.clear(handle)
    assert grid.solar_w == clear_w


# ---------------------------------------------------------------- disturbances


def test_what_disturbs_lasts_exactly_when_the_world_steps_to_it():
    grid = grid_of(disturbances={**QUIET, "sags": 600.0, "sag_s": [0.2, 0.8]})
    now_s, lasted = 0.0, 0
    while now_s < 3 * 3600.0:
        now_s = min(grid.next_event_s, (now_s // 60.0 + 1.0) * 60.0)
        grid.step(now_s)
    for event in grid.supply.events:
        assert event.kind is SupplyEventKind.SAG
        assert event.cause is SupplyEventCause.SWITCHING
        assert event.end_s is None or event.end_s - event.begin_s < 1.7
        lasted += 1
    assert lasted >= 1
    assert grid.books.balance_nj() == 0


def test_a_line_fault_is_dark_from_its_pole_on():
    grid = grid_of(homes={"count": 9, "zero_share": 0.0}, feeder={"branches": 1, "points_per_pole": 3})
    handle = grid.inject("line-fault", 4, now_s=100.0)
    assert list(grid.energised) == [True] * 3 + [False] * 6
    assert grid.voltage_v[5] == 0.0
    grid.clear(handle, now_s=400.0)
    (event,) = grid.supply.events
    assert (event.cause, event.begin_s, event.end_s) == (SupplyEventCause.LINE_FAULT, 100.0, 400.0)
    assert event.points == (3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(
    ("kind", "value", "seen", "cause"),
    [
        ("sag", 0.7, SupplyEventKind.SAG, SupplyEventCause.INJECTED),
        ("swell", 1.2, SupplyEventKind.SWELL, SupplyEventCause.INJECTED),
        ("outage", None, SupplyEventKind.OUTAGE, SupplyEventCause.INJECTED),
        ("generation-fault", None, SupplyEventKind.OUTAGE, SupplyEventCause.GENERATION),
    ],
)
def test_what_is_injected_is_written_down_with_its_cause(kind, value, seen, cause):
    grid = grid_of()
    handle = grid.inject(kind, value=value, now_s=10.0)
    grid.clear(handle, now_s=12.5)
    assert [(event.kind, event.cause, event.begin_s, event.end_s) for event in grid.supply.events] == [
        (seen, cause, 10.0, 12.5)
    ]
    with pytest.raises(InjectionError, match="not in force"):
        grid.clear(handle)


def test_one_points_fuse_is_that_points_outage():
    grid = grid_of()
    grid.inject("outage", 2)
    assert list(grid.energised) == [True, True, False, True, True, True]
    assert grid.supply.state == "normal"


def test_a_motor_that_starts_makes_a_sag_of_its_own():
    weak = {"phases": 1, "trunk_cable": "duplex-al-6", "span_m": 60.0, "first_span_m": 60.0}
    grid = grid_of(feeder=weak, homes={"count": 4, "zero_share": 1.0, "specials": ["mill"]})
    for number in range(7 * 60, 17 * 60):  # a market day, when the mill works
        grid.step(number * 60.0)
    inrush = [event for event in grid.supply.events if event.cause is SupplyEventCause.INRUSH]
    assert inrush
    assert all(event.end_s - event.begin_s == pytest.approx(1.2) for event in inrush)
    assert all(event.residual < 0.9 and 4 in event.points for event in inrush)


def test_a_long_feeder_sags_under_its_own_load():
    long = {"phases": 1, "trunk_cable": "duplex-al-6", "span_m": 100.0, "first_span_m": 100.0}
    grid = grid_of(feeder=long)
    handle = grid.inject("load", 5, 3000.0)
    assert grid.voltage_v[5] < 108.0
    assert grid.supply.events[-1].cause is SupplyEventCause.LOAD
    grid.clear(handle)
    assert grid.supply.watch.open == []
