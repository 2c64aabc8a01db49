"""Panels, battery, dispatch, and the states of the supply."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grid.energy_balance import NJ_PER_WH, PlantPowers
from sim.grid.local_calendar import LocalCalendar
from sim.grid.plant import (
    Battery,
    PlantDemand,
    PowerPlant,
    Shortage,
    at_rest,
    available_w,
    by_diesel,
    by_inverter,
    cell_c,
    fuel_l_per_h,
    inverter_loss_w,
    rooftop_w_per_kwp,
)
from sim.grid.supply_state import CAUSES, TRANSITIONS, PlantEvent, SupplyState, SupplyStateMachine, within
from sim.grid.terms import PlantTerms
from sim.grid.weather import WeatherDay

ALMANAC = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)


def plant(**terms) -> PlantTerms:
    return PlantTerms(**terms)


def day(irradiance: float, air: float = 25.0) -> WeatherDay:
    level = np.full(1440, irradiance)
    return WeatherDay(0, level, level, level, np.full(1440, air), np.ones(1440))


def test_panels_lose_by_heat_dirt_and_their_controllers_limit():
    terms = plant(pv_kwp=10.0, pv_loss_share=0.1, pv_controller_share=0.7)
    assert available_w(terms, day(500.0))[0] == pytest.approx(5000.0 * 0.9 * (1 - 0.004 * 15.5))
    assert available_w(terms, day(1100.0))[0] == 7000.0
    assert available_w(terms, day(0.0))[0] == 0.0
    assert cell_c(day(1000.0))[0] == 56.0
    assert available_w(terms, day(500.0, air=35.0))[0] < available_w(terms, day(500.0))[0]
    assert 0.0 < rooftop_w_per_kwp(terms, day(1000.0))[0] < 1000.0


wishes = st.builds(
    PlantDemand,
    feeder_w=st.floats(-4000.0, 8000.0),
    feeder_va=st.floats(0.0, 9000.0),
    solar_w=st.floats(0.0, 6000.0),
    horizon_s=st.sampled_from([1.0, 60.0, 900.0]),
)


@given(wishes, st.floats(0.0, 1.0), st.sampled_from([by_inverter, by_diesel]))
def test_the_direct_current_bus_balances(wish, soc, dispatch):
    terms = plant(battery_initial=soc, diesel_kw=6.0)
    battery = Battery(terms)
    found = dispatch(terms, battery, wish)
    if isinstance(found, Shortage):
        return
    came = found.pv_w + found.diesel_w + found.discharge_w
    went = found.charge_w + found.conversion_loss_w + found.feeder_w
    assert came == pytest.approx(went, abs=1e-6)
    assert min(found.pv_w, found.diesel_w, found.discharge_w, found.charge_w) >= -1e-9
    assert found.pv_w + found.curtailed_pv_w == pytest.approx(wish.solar_w)
    assert found.charge_w <= battery.limit_w + 1e-6
    assert found.conversion_loss_w >= 0.0
    # Whatever the answer, it holds until the horizon.
    after = battery.store_nj / 1e9 + found.store_w * wish.horizon_s
    assert -1.0 <= after <= battery.capacity_nj / 1e9 + 1.0


def test_why_the_inverter_refuses():
    terms = plant(battery_initial=0.5)
    battery = Battery(terms)
    assert by_inverter(terms, battery, PlantDemand(8000.0, 8000.0, 0.0, 60.0)) is Shortage.OVERLOAD
    full = Battery(plant(battery_initial=1.0))
    assert by_inverter(terms, full, PlantDemand(-5000.0, 5000.0, 9000.0, 60.0)) is Shortage.SURPLUS
    empty = Battery(plant(battery_initial=0.0))
    assert by_inverter(terms, empty, PlantDemand(500.0, 500.0, 0.0, 60.0)) is Shortage.EMPTY
    slow = plant(battery_c_rate=0.01)
    assert by_inverter(slow, Battery(slow), PlantDemand(2000.0, 2000.0, 0.0, 60.0)) is Shortage.OVERLOAD


def test_the_inverters_losses_are_what_its_efficiency_says():
    terms = plant(inverter_kva=5.0, inverter_efficiency=0.94, inverter_no_load_share=0.006)
    assert inverter_loss_w(terms, 5000.0) == pytest.approx(5000.0 * (1 / 0.94 - 1))
    assert inverter_loss_w(terms, 0.0) == pytest.approx(30.0)
    assert inverter_loss_w(plant(inverter_kva=0.0), 0.0) == 0.0


def test_a_diesel_set_charges_with_what_it_has_to_spare():
    terms = plant(diesel_kw=6.0, battery_initial=0.3)
    found = by_diesel(terms, Battery(terms), PlantDemand(2000.0, 2100.0, 0.0, 60.0))
    assert isinstance(found, PlantPowers)
    assert found.charge_w > 2000.0
    assert found.diesel_w <= 0.9 * 6000.0 + 1e-6
    assert by_diesel(terms, Battery(terms), PlantDemand(8000.0, 8000.0, 0.0, 60.0)) is Shortage.OVERLOAD
    assert by_diesel(terms, Battery(terms), PlantDemand(-10.0, 10.0, 0.0, 60.0)) is Shortage.SURPLUS
    assert fuel_l_per_h(terms, 4000.0) == pytest.approx(0.48 + 1.0)


def test_panels_help_a_diesel_set_down_to_its_least_load():
    terms = plant(diesel_kw=6.0, battery_initial=1.0)
    found = by_diesel(terms, Battery(terms), PlantDemand(4000.0, 4000.0, 5000.0, 60.0))
    assert isinstance(found, PlantPowers)
    assert found.diesel_w == pytest.approx(0.3 * 6000.0)


def test_at_rest_the_panels_charge_and_nothing_else_happens():
    found = at_rest(Battery(plant(battery_initial=0.1)), 1500.0, 60.0)
    assert (found.charge_w, found.feeder_w, found.conversion_loss_w) == (1500.0, 0.0, 0.0)
    assert at_rest(Battery(plant(battery_initial=1.0)), 1500.0, 60.0).curtailed_pv_w == 1500.0


def test_the_battery_knows_when_it_gets_somewhere():
    battery = Battery(plant(battery_kwh=10.0, battery_initial=0.5))
    powers = PlantPowers(discharge_w=1000.0, battery_loss_w=0.0)
    assert battery.seconds_to(0.2, powers) == pytest.approx(3.0 * 3600.0)
    assert battery.seconds_to(0.9, powers) == math.inf
    assert battery.soc == 0.5
    assert battery.losses_w(1000.0, 0.0) == pytest.approx(
        1000.0 * (1 - math.sqrt(0.92)) + battery.self_discharge_w
    )
    assert Battery(plant(battery_kwh=0.0, diesel_kw=1.0)).soc == 0.0


def test_there_and_back_costs_what_the_efficiency_says():
    terms = plant(battery_kwh=10.0, battery_initial=0.0, battery_self_discharge_month=0.0)
    battery = Battery(terms)
    into_wh = 1000.0
    kept_wh = into_wh - battery.losses_w(into_wh, 0.0)
    out_wh = kept_wh * battery.one_way
    assert out_wh / into_wh == pytest.approx(0.92)


def test_the_table_of_transitions_is_the_whole_of_it():
    assert set(CAUSES) == set(SupplyState) - {SupplyState.NORMAL}
    for state in SupplyState:
        for event in PlantEvent:
            machine = SupplyStateMachine(plant(), ALMANAC)
            machine.state = state
            assert machine.happen(event, 0.0) is TRANSITIONS.get((state, event), state)


def test_overload_for_too_long_trips_and_waits_longer_each_time():
    terms = plant(inverter_overload_s=120.0, inverter_restart_s=300.0)
    machine = SupplyStateMachine(terms, ALMANAC)
    assert not machine.strain(7000.0, 6000.0, 0.0)
    assert machine.trip_at_s == 120.0
    assert not machine.strain(5000.0, 6000.0, 60.0)
    assert not machine.strain(7000.0, 6000.0, 120.0)
    assert machine.strain(7000.0, 6000.0, 240.0)
    machine.happen(PlantEvent.OVERLOAD, 240.0)
    assert machine.restart_at_s == 540.0
    machine.happen(PlantEvent.RESTART, 540.0)
    machine.happen(PlantEvent.OVERLOAD, 600.0)
    assert machine.restart_at_s == 1200.0
    machine.happen(PlantEvent.RESTART, 1200.0)
    assert not machine.strain(5000.0, 6000.0, 1200.0 + 1800.0)
    machine.happen(PlantEvent.OVERLOAD, 4000.0)
    assert machine.restart_at_s == 4300.0


def test_hours_of_service():
    machine = SupplyStateMachine(plant(service_hours=((5.0, 8.0), (18.0, 23.0))), ALMANAC)
    assert not machine.in_service_hours(4.99 * 3600)
    assert machine.in_service_hours(5.0 * 3600)
    assert not machine.in_service_hours(8.0 * 3600)
    assert machine.next_hour_s(6 * 3600.0) == 8 * 3600.0
    assert machine.next_hour_s(23.5 * 3600.0) == 29 * 3600.0
    assert SupplyStateMachine(plant(), ALMANAC).next_hour_s(0.0) == math.inf
    assert within(((0.0, 24.0),), 23.999)


def test_the_floor_and_the_way_back_have_a_gap_between_them():
    terms = plant(battery_kwh=1.0, battery_initial=0.3, battery_reserve=0.2, battery_restart=0.35)
    station = PowerPlant(terms, ALMANAC)
    capacity = 1000 * NJ_PER_WH
    states = []
    for share in (0.3, 0.21, 0.2, 0.3, 0.349, 0.35, 0.3):
        station.battery.store_nj = round(share * capacity)
        states.append(station.decide(0.0))
    off = SupplyState.BATTERY_EMPTY
    on = SupplyState.NORMAL
    assert states == [on, on, off, off, off, on, on]


def test_a_diesel_set_starts_and_stops_by_its_thresholds_and_hours():
    terms = plant(
        battery_kwh=1.0, diesel_kw=2.0, diesel_start_soc=0.25, diesel_stop_soc=0.6, diesel_hours=((6, 22),)
    )
    station = PowerPlant(terms, ALMANAC)
    capacity = 1000 * NJ_PER_WH
    seen = []
    for hour, share in ((12, 0.4), (12, 0.25), (12, 0.5), (12, 0.6), (12, 0.5), (23, 0.1)):
        station.battery.store_nj = round(share * capacity)
        station.decide(hour * 3600.0)
        seen.append(station.diesel_on)
    assert seen == [False, True, True, False, False, False]
    assert station.machine.state is SupplyState.BATTERY_EMPTY
    station.decide(30 * 3600.0)
    assert station.diesel_on
    assert station.machine.state is SupplyState.NORMAL


def test_the_station_says_when_it_will_change():
    terms = plant(battery_kwh=10.0, battery_initial=0.5, battery_self_discharge_month=0.0)
    station = PowerPlant(terms, ALMANAC)
    assert station.carry(PlantDemand(1000.0, 1000.0, 0.0, 60.0), 0.0) is None
    expected_s = 0.3 * 10_000.0 * 3600.0 / -station.powers.store_w
    assert station.next_event_s(0.0) == pytest.approx(expected_s, abs=0.01)
    station.rest(0.0)
    assert station.next_event_s(0.0) == math.inf
