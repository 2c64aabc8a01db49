import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.grid import Load, LoadKind, ServicePoint, Source, flow

volts = st.floats(0.0, 500.0)
amperes = st.floats(0.0, 200.0)
degrees = st.floats(-180.0, 180.0)


@given(volts, amperes, degrees)
def test_powers_are_the_sides_of_one_triangle(voltage_v, current_a, phase_deg):
    seen = flow(Source(voltage_v), Load(current_a, phase_deg), switch_closed=True)
    apparent_va = math.hypot(seen.active_power_w, seen.reactive_power_var)
    assert apparent_va == pytest.approx(seen.apparent_power_va, abs=1e-6)


@given(amperes, degrees)
def test_nothing_flows_through_an_open_switch_but_the_voltage_is_there(current_a, phase_deg):
    seen = flow(Source(120.0), Load(current_a, phase_deg), switch_closed=False)
    assert (seen.voltage_v, seen.current_a, seen.active_power_w) == (120.0, 0.0, 0.0)


def test_a_dead_line_has_neither_voltage_nor_frequency():
    seen = flow(Source(energised=False), Load(10.0), switch_closed=True)
    assert (seen.voltage_v, seen.current_a, seen.frequency_hz) == (0.0, 0.0, 0.0)


def test_a_lagging_current_takes_reactive_power_and_a_reversed_one_exports():
    assert flow(Source(), Load(10.0, 60.0), switch_closed=True).reactive_power_var > 0
    assert flow(Source(), Load(10.0, 180.0), switch_closed=True).active_power_w == pytest.approx(-1200.0)


def test_a_constant_impedance_follows_the_voltage():
    load = Load(10.0, kind=LoadKind.CONSTANT_IMPEDANCE, nominal_voltage_v=120.0)
    assert flow(Source(60.0), load, switch_closed=True).current_a == pytest.approx(5.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Source(-1.0),
        lambda: Source(math.inf),
        lambda: Source(120.0, 0.0),
        lambda: Load(-1.0),
        lambda: Load(1.0, math.nan),
        lambda: Load(nominal_voltage_v=0.0),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="must be"):
        make()


def test_watchers_are_told_after_the_change_in_their_order():
    point, seen = ServicePoint(), []
    point.watch(lambda: seen.append(("first", point.load.current_a)))
    point.watch(lambda: seen.append(("second", point.energised)))
    point.set_load(3.0)
    point.set_energised(False)
    assert seen == [("first", 3.0), ("second", True), ("first", 3.0), ("second", False)]


def test_a_cut_line_comes_back_with_the_voltage_that_was_set():
    point = ServicePoint()
    point.set_source(127.0, 50.0)
    point.set_energised(False)
    assert not point.energised
    point.set_energised(True)
    assert point.source == Source(127.0, 50.0)
    point.set_source(110.0)
    assert point.source.frequency_hz == 50.0
