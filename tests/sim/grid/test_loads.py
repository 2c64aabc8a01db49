"""How demand is wired through meters and around them, and what instruments make of a solution."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grid.demand import MotorStart
from sim.grid.feeder import layout
from sim.grid.loads import (
    FeederReading,
    LoadSide,
    Wiring,
    at_bus,
    at_points,
    connected_loads,
    dark,
    inrush_sag,
)
from sim.grid.local_calendar import LocalCalendar
from sim.grid.power_flow import PowerFlow, Solution
from sim.grid.supply_quality import SupplyEventCause, SupplyEventKind
from sim.grid.terms import HomesTerms, microgrid_terms
from sim.grid.theft import PlantedTheft, book_thefts, concealed_nj, effects
from sim.kernel.random import RandomStreams

ALMANAC = LocalCalendar(datetime(2026, 2, 1, 5, tzinfo=UTC), -5.0)
STREAMS = RandomStreams(1)


def side(homes: int = 3, taps: tuple[int, ...] = (), **terms) -> LoadSide:
    asked = HomesTerms(count=homes, zero_share=0.0, **terms)
    who = replace(connected_loads(asked, STREAMS, "g"), tap_points=taps)
    return LoadSide(who, asked, STREAMS, "g", ALMANAC)


def wire(loads: LoadSide, demand, closed, thefts=(), rooftop=0.0) -> Wiring:
    seen = effects(tuple(thefts), loads.points, 10.0, 12.0)
    none = np.zeros(loads.count, dtype=complex)
    return loads.wire(np.array(demand, dtype=complex), np.array(closed), seen, rooftop, none)


def test_a_closed_relay_lets_everything_through_and_an_open_one_nothing():
    wired = wire(side(), [100, 200, 300], [True, False, True])
    assert list(wired.power_va) == [100, 0, 300]
    assert list(wired.through) == [1, 0, 1]


@pytest.mark.parametrize(
    ("kind", "closed", "power", "through"),
    [
        ("full-bypass", True, 200, 0.0),
        ("full-bypass", False, 200, 0.0),
        ("partial-bypass", True, 200, 0.4),
        ("partial-bypass", False, 120, 0.0),
        ("magnet", True, 200, 1.0),
        ("magnet", False, 0, 0.0),
    ],
)
def test_a_bypass_carries_its_share_whatever_the_relay_does(kind, closed, power, through):
    theft = PlantedTheft(kind, 1, 0.0, value=0.6)
    wired = wire(side(), [100, 200, 300], [True, closed, True], [theft])
    assert wired.power_va[1] == pytest.approx(power)
    assert wired.through[1] == pytest.approx(through)
    assert wired.power_va[[0, 2]] == pytest.approx([100, 300])


def test_a_tap_is_a_load_beyond_the_points_that_its_thief_turns_on():
    loads = side(3, taps=(1,))
    assert loads.count == 4
    theft = PlantedTheft("illegal-tap", 1, 0.0, value=2.0)
    on = wire(loads, [100, 200, 300, 50], [True] * 3, [theft])
    assert list(on.power_va) == [100, 200, 300, 100]
    assert on.through[3] == 0.0
    off = wire(loads, [100, 200, 300, 50], [True] * 3, [replace(theft, begin_s=99.0)])
    assert off.power_va[3] == 0.0


def test_panels_of_a_customer_sit_behind_the_meter():
    loads = side(2, pv_share=1.0, pv_home_kwp=2.0)
    wired = wire(loads, [100 + 50j, 200], [True, False], rooftop=700.0)
    assert wired.power_va[0] == 100 + 50j - 1400
    assert wired.power_va[1] == 0.0


def test_a_tap_has_its_thiefs_pole_and_phase():
    terms = microgrid_terms({}).feeder
    topology = layout(terms, 6, 0, STREAMS.stream("x"))
    loads = side(6, taps=(4,))
    (place,) = loads.extra_places(topology, (4,))
    assert (place.pole, place.phase) == (topology.places[4].pole, topology.places[4].phase)


@given(st.floats(1.0, 2000.0), st.floats(-1.0, 1.0), st.floats(0.0, 1.0), st.booleans())
def test_what_a_load_takes_is_split_without_remainder(watts, ratio, share, closed):
    loads = side(3)
    theft = PlantedTheft("partial-bypass", 0, 0.0, value=share)
    wired = wire(loads, [watts * (1 + 1j * ratio)] * 3, [closed, True, True], [theft])
    feeder = layout(microgrid_terms({}).feeder, 3, 0, STREAMS.stream("x")).feeder(0.01 + 0j)
    solved = PowerFlow(feeder).solve(wired.power_va, 0.4, 120.0)
    powers = loads.powers(solved, wired)
    taken = (solved.load_v * np.conj(solved.load_a)).real
    assert powers.through_w + powers.around_w == pytest.approx(taken, abs=1e-9)
    assert powers.unmetered_w.sum() == 0.0
    assert powers.around_w.min() >= -1e-9


@pytest.mark.parametrize(
    ("kind", "through_nj", "hidden_nj"),
    [
        ("magnet", 1000, 300),
        ("reversed", 1000, 1000),
        ("dead-meter", 1000, 1000),
        ("full-bypass", 1000, 0),
        ("magnet", -1000, 0),
    ],
)
def test_what_a_meter_made_blind_hides(kind, through_nj, hidden_nj):
    theft = PlantedTheft(kind, 0, 0.0, value=0.7, active=True)
    assert concealed_nj(theft, through_nj) == hidden_nj
    theft.active = False
    assert concealed_nj(theft, through_nj) == 0


def test_two_thefts_at_one_point_are_not_counted_twice():
    kinds = ("full-bypass", "partial-bypass", "magnet", "reversed", "illegal-tap", "illegal-tap")
    thefts = [PlantedTheft(kind, 1, 0.0, value=0.7, active=True) for kind in kinds]
    through, around = np.array([5, 1000, 0, 0]), np.array([0, 400, 30, 7])
    assert book_thefts(thefts, through, around, 2) == 300
    assert [theft.stolen_nj for theft in thefts] == [400, 0, 300, 0, 30, 7]
    for theft in thefts:
        theft.active = False
    assert book_thefts(thefts, through, around, 2) == 0


def solution(volts: complex, amps: complex, loads: int = 2) -> Solution:
    return Solution(
        np.full(loads, volts),
        np.full(loads, amps),
        np.array([amps]),
        np.array([0j]),
        np.array([volts]),
        0.0,
        1,
    )


def read(volts: complex, amps: complex, **theft: PlantedTheft):
    seen = effects(tuple(theft.values()), 2, 1.0, 1.0)
    wired = Wiring(np.ones(2, complex), np.ones(2))
    return at_points(solution(volts, amps), wired, np.array([True, False]), seen.tamper, 2)


@given(st.floats(-179.0, 179.0), st.floats(0.01, 80.0), st.floats(-170.0, 170.0))
def test_a_reading_is_the_angle_between_current_and_voltage(angle, amps, turn):
    volts = 120.0 * np.exp(1j * np.radians(turn))
    seen = read(volts, amps * np.exp(1j * np.radians(turn - angle)))
    assert seen.voltage_v[0] == pytest.approx(120.0)
    assert seen.current_a[0] == pytest.approx(amps)
    assert seen.phase_deg[0] == pytest.approx(angle, abs=1e-6)


@given(st.floats(-179.0, 179.0))
def test_swapped_terminals_turn_the_power_round(angle):
    amps = np.exp(-1j * np.radians(angle))
    straight = read(120.0 + 0j, amps)
    turned = read(120.0 + 0j, amps, theft=PlantedTheft("reversed", 0, 0.0))
    cosines = np.cos(np.radians([straight.phase_deg[0], turned.phase_deg[0]]))
    assert cosines.sum() == pytest.approx(0.0, abs=1e-9)
    assert -180.0 <= turned.phase_deg[0] <= 180.0


def test_a_dead_line_and_a_dead_meter_show_nothing():
    seen = read(120.0 + 0j, 5.0 + 0j, theft=PlantedTheft("dead-meter", 0, 0.0))
    assert list(seen.voltage_v) == [0.0, 0.0]
    assert list(seen.energised) == [False, False]
    assert seen.line_v[0] == pytest.approx(120.0)
    assert seen.current_a[0] == pytest.approx(5.0)
    assert not dark(3).energised.any()


def test_a_totaliser_reads_every_phase():
    reading = at_bus(solution(120.0 + 0j, 3.0 - 4.0j), 1)
    assert reading.current_a == (pytest.approx(5.0),)
    assert reading.active_power_w == pytest.approx(360.0)
    assert reading.reactive_power_var == pytest.approx(480.0)
    assert at_bus(None, 3) == FeederReading((0.0,) * 3, (0.0,) * 3, (0.0,) * 3)


# ---------------------------------------------------------------- inrush


def weak() -> PowerFlow:
    table = {"phases": 1, "trunk_cable": "duplex-al-6", "span_m": 80.0, "first_span_m": 80.0, "branches": 1}
    feeder = layout(microgrid_terms({"feeder": table}).feeder, 9, 0, STREAMS.stream("x")).feeder(0.05 + 0j)
    return PowerFlow(feeder)


def sag_of(*starts: MotorStart, live: bool = True):
    flow = weak()
    solved = flow.solve(np.full(9, 60.0 + 20.0j), 0.4, 120.0)
    return inrush_sag(flow, solved, starts, np.full(9, live), 9, 77.0)


def test_a_big_motor_at_the_end_of_a_weak_line_makes_a_sag():
    sag = sag_of(MotorStart(8, 9000.0, 0.8))
    assert sag is not None
    assert (sag.kind, sag.cause, sag.begin_s, sag.end_s) == (
        SupplyEventKind.SAG,
        SupplyEventCause.INRUSH,
        77.0,
        77.8,
    )
    assert 8 in sag.points
    assert 0.0 < sag.residual < 0.9


def test_who_is_nearer_to_the_plant_sags_less():
    near, far = sag_of(MotorStart(0, 9000.0, 0.8)), sag_of(MotorStart(8, 9000.0, 0.8))
    assert far is not None
    assert near is None or near.residual > far.residual


@pytest.mark.parametrize(
    ("starts", "live"),
    [
        ((), True),
        ((MotorStart(8, 0.0, 0.5),), True),
        ((MotorStart(8, 9000.0, 0.8),), False),
        ((MotorStart(0, 300.0, 0.1),), True),
    ],
)
def test_no_sag_without_a_notable_start_on_a_live_line(starts, live):
    assert sag_of(*starts, live=live) is None


def test_a_start_is_the_divider_of_its_impedance_and_the_lines():
    """One motor at the end: the residual is |1 / (1 + Z·Y)| of the voltage before."""
    flow = weak()
    solved = flow.solve(np.zeros(9, complex), 0.4, 120.0)
    (sag,) = [inrush_sag(flow, solved, [MotorStart(8, 20_000.0, 0.5)], np.ones(9, bool), 9, 0.0)]
    path_ohm = flow.voltage_drops(np.eye(9)[8] + 0j)[8]
    siemens = 20_000.0 / 120.0**2 * np.exp(-1j * np.arccos(0.4))
    assert sag is not None
    assert sag.residual == pytest.approx(abs(1.0 / (1.0 + path_ohm * siemens)), rel=0.002)


def test_starts_of_one_instant_add_up():
    one, both = (
        sag_of(MotorStart(8, 5000.0, 0.3)),
        sag_of(MotorStart(8, 5000.0, 0.3), MotorStart(7, 5000.0, 0.9)),
    )
    assert one is not None
    assert both is not None
    assert both.residual < one.residual
    assert both.end_s == pytest.approx(77.9)
