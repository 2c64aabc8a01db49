from hypothesis import given
from hypothesis import strategies as st

from sim.grid import Load, Source, flow
from sim.meter.metering.metrology import Metrology, MetrologyConstants, Quantity, Sample
from sim.meter.units import NJ_PER_WH, US_PER_S

currents = st.floats(0.0, 100.0).map(lambda current: round(current, 3))
angles = st.floats(-180.0, 180.0).map(lambda angle: round(angle, 1))
durations_us = st.integers(0, 10**10)
pieces = st.lists(st.tuples(currents, angles, durations_us), max_size=12)


def measured(pieces, cuts=1, constants=MetrologyConstants()):  # noqa: B008 - frozen
    """A metrology that saw these pieces, each looked at `cuts` times on the way."""
    metrology, now_us = Metrology(constants), 0
    for current_a, phase_deg, duration_us in pieces:
        metrology.observe(flow(Source(), Load(current_a, phase_deg), switch_closed=True), now_us)
        for cut in range(1, cuts + 1):
            metrology.advance(now_us + duration_us * cut // cuts)
        now_us += duration_us
    return metrology


@given(pieces)
def test_the_register_is_the_exact_sum_of_the_pieces(pieces):
    expected_nj = 0
    for current_a, phase_deg, duration_us in pieces:
        power_mw = round(flow(Source(), Load(current_a, phase_deg), switch_closed=True).active_power_w * 1000)
        expected_nj += max(0, power_mw) * duration_us
    metrology = measured(pieces)
    assert metrology.energy_nj(Quantity.ACTIVE_IMPORT) == expected_nj
    assert metrology.energy_wh(Quantity.ACTIVE_IMPORT) == expected_nj // NJ_PER_WH


@given(pieces, st.integers(1, 7))
def test_looking_more_often_changes_no_register(pieces, cuts):
    assert measured(pieces, cuts).snapshot() == measured(pieces).snapshot()


@given(pieces)
def test_what_advance_hands_out_is_what_the_import_register_counted(pieces):
    metrology, now_us, handed_nj = Metrology(MetrologyConstants()), 0, 0
    for current_a, phase_deg, duration_us in pieces:
        seen = flow(Source(), Load(current_a, phase_deg), switch_closed=True)
        handed_nj += metrology.observe(seen, now_us)
        now_us += duration_us
    handed_nj += metrology.advance(now_us)
    assert handed_nj == metrology.energy_nj(Quantity.ACTIVE_IMPORT)


def test_each_quadrant_has_its_own_register():
    # F7-10: bidirectional active energy, four-quadrant reactive energy
    quadrants = {45.0: "REACTIVE_QI", 135.0: "REACTIVE_QII", -135.0: "REACTIVE_QIII", -45.0: "REACTIVE_QIV"}
    for angle, name in quadrants.items():
        metrology = measured([(10.0, angle, 3600 * US_PER_S)])
        running = {q.name for q in Quantity if metrology.energy_nj(q)}
        direction = "IMPORT" if abs(angle) < 90 else "EXPORT"
        assert running == {name, f"ACTIVE_{direction}", f"APPARENT_{direction}"}
        assert metrology.energy_wh(Quantity[name]) == 848


@given(pieces)
def test_pulses_are_energy_times_the_constant(pieces):
    metrology = measured(pieces)
    both_wh = metrology.energy_nj(Quantity.ACTIVE_IMPORT, Quantity.ACTIVE_EXPORT) / NJ_PER_WH
    assert abs(metrology.pulses()[0] - both_wh * 3.2) <= 1


def test_one_kilowatt_hour_is_3200_pulses_active_and_reactive():
    # F7-05
    assert measured([(10.0, 0.0, 3000 * US_PER_S)]).pulses() == (3200, 0)
    assert measured([(10.0, 90.0, 3000 * US_PER_S)]).pulses() == (0, 3200)


def test_an_error_of_the_element_goes_into_registers_and_pulses():
    metrology = measured([(10.0, 0.0, 36_000 * US_PER_S)], constants=MetrologyConstants(error_ppm=9_000))
    assert metrology.energy_wh(Quantity.ACTIVE_IMPORT) == 12_108
    assert metrology.pulses()[0] == round(12_108 * 3.2 - 0.5)


def test_the_sample_shows_what_flows_now():
    sample = measured([(10.0, 60.0, 0)]).sample
    assert (sample.voltage_mv, sample.current_ma, sample.frequency_mhz) == (120_000, 10_000, 60_000)
    assert (sample.active_mw, sample.reactive_mvar, sample.apparent_mva) == (600_000, 1_039_230, 1_200_000)
    assert sample.power_factor_milli == 500
    assert Sample().power_factor_milli == 1000


@given(pieces)
def test_registers_survive_a_snapshot(pieces):
    metrology = measured(pieces)
    other = Metrology(MetrologyConstants())
    other.restore(metrology.snapshot())
    assert other.snapshot() == metrology.snapshot()
    assert other.advance(10**12) == 0, "nothing flows until somebody looks"
