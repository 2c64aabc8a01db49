"""A meter on a bank comes to what the same meter on a service point comes to, to the bit."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.meter.metering.error_model import read_terms
from sim.meter.metering.metrology import MetrologyConstants, Quantity

VOLTAGES = (0.0, 4.0, 11.9, 12.0, 90.0, 107.9, 108.0, 119.37, 120.0, 132.0, 132.1, 150.0)
CURRENTS = (0.0, 0.004, 0.019, 0.25, 1.0, 5.0, 23.456, 80.0, 80.1, 95.0)
PHASES = (0.0, 25.8, 60.0, 89.9, 100.0, 135.0, 180.0, -30.0, -90.0, -150.0)
#: Seconds; nothing ends on a round instant by chance alone.
DURATIONS = (0.0, 0.005, 1.0, 7.25, 59.999999, 60.0, 333.333333, 900.0, 5_000.0)

quantities = st.tuples(
    *map(st.sampled_from, (VOLTAGES, CURRENTS, PHASES)), st.sampled_from((True, True, True, False))
)
steps = st.lists(
    st.tuples(quantities, quantities, st.sampled_from((59.4, 60.0, 60.0)), st.sampled_from(DURATIONS)),
    max_size=12,
)
slow = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CLASS_1 = MetrologyConstants(spreads=read_terms("class1"))


def live(twins, circuit, steps):
    for *rows, frequency_hz, duration_s in steps:
        twins.change(*(circuit(*row) for row in rows), frequency_hz=frequency_hz)
        twins.run(duration_s)
    twins.compare()


@slow
@given(steps)
def test_credit_limiter_quality_and_power(twins_of, model, circuit, steps):
    live(twins_of(model(credit=700, limit_w=2_500), model(credit=40)), circuit, steps)


@slow
@given(steps)
def test_elements_that_err(twins_of, model, circuit, steps):
    models = (
        model(credit=300, metrology=CLASS_1),
        model(credit=10_000, drn="00000000018", metrology=CLASS_1),
    )
    live(twins_of(*models), circuit, steps)


@slow
@given(steps)
def test_credits_that_follow_each_other(twins_of, model, circuit, steps):
    live(twins_of(model("ppkw-village", credit=200), model("ppkw-full", credit=600)), circuit, steps)


def test_a_fault_between_service_point_and_element_holds_from_step_to_step(twins_of, model, circuit):
    twins = twins_of(model(credit=5_000), model(credit=5_000))
    for current_a in (5.0, 6.0, 7.0, 8.0):
        twins.change(circuit(current_a=current_a), circuit(current_a=current_a))
        twins.run(600.0)
        begins = current_a == 6.0
        if begins or current_a == 7.0:
            for meter in (twins.banked[0], twins.single[0]):
                (meter.faults.begin if begins else meter.faults.end)("reverse")
    twins.compare()
    assert twins.banked[0].parts.metrology.energy_wh(Quantity.ACTIVE_EXPORT) == 140


def test_a_meter_for_which_nothing_passes_a_threshold_sleeps(twins_of, model, circuit):
    twins = twins_of(model(credit=50_000), model(credit=50_000))
    twins.change(circuit(current_a=1.0), circuit(current_a=1.0))
    begun = twins.looks
    for step in range(60):
        twins.run(60.0)
        twins.change(circuit(118.0 + step % 5, 2.0 + step % 7, 20.0), circuit(121.0, 1.5, 5.0))
    assert twins.looks == begun
    twins.compare()
