"""A bank of elements shows what each of them alone would show, to the last bit."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.grid.service_point import Flow
from sim.kernel.random import RandomStreams
from sim.meter.bank.measuring import Measuring
from sim.meter.metering.error_model import Influences, Rated, draw, read_terms
from sim.meter.metering.metrology import MetrologyConstants, measure

ROWS = 40
patient = settings(deadline=None)
kinds = st.sampled_from(("ideal", "drawn", "fixed"))
influences = st.builds(
    Influences,
    ambient_c=st.floats(-40.0, 70.0),
    distortion_percent=st.floats(0.0, 60.0),
    magnet_ppm=st.integers(-(10**6), 10**5),
    injected_ppm=st.integers(-20_000, 20_000),
)


def constants_of(kind, number):
    rated = Rated(120.0 if number % 2 else 230.0, 60.0, 5.0, 80.0)
    errors = draw(read_terms("class1"), rated, RandomStreams(number).stream("element"))
    return {
        "ideal": MetrologyConstants(),
        "fixed": MetrologyConstants(error_ppm=number * 100 - 500),
        "drawn": MetrologyConstants(errors=errors),
    }[kind]


@patient
@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(kinds, influences), min_size=ROWS, max_size=ROWS),
)
def test_all_rows_at_once_are_each_row_alone(seed, elements):
    numbers = RandomStreams(seed).stream("circuits")
    values = np.array(
        [
            numbers.choice([0.0, 12.0, 96.0, 120.0, 132.0, 230.0], ROWS) + numbers.uniform(0.0, 1.0, ROWS),
            numbers.choice([0.0, 0.0, 0.012, 0.02, 5.0, 80.0], ROWS) * numbers.uniform(0.5, 1.5, ROWS),
            numbers.uniform(-180.0, 180.0, ROWS),
            numbers.uniform(55.0, 65.0, ROWS),
        ]
    )
    measuring = Measuring(ROWS)
    constants = [constants_of(kind, number) for number, (kind, _) in enumerate(elements)]
    for row, (item, (_, acting)) in enumerate(zip(constants, elements, strict=True)):
        measuring.put(row, item)
        measuring.disturb(row, acting)
        assert measuring.influences(row) == acting
    measuring.look(values)
    for row, (item, (_, acting)) in enumerate(zip(constants, elements, strict=True)):
        assert measuring.sample(row) == measure(Flow(*values[:, row].tolist()), item, acting)


def test_ideal_elements_need_no_model():
    measuring, values = Measuring(2), np.array([[120.0, 0.0], [10.0, 0.0], [60.0, 0.0], [60.0, 0.0]])
    measuring.look(values)
    for row in range(2):
        assert measuring.sample(row) == measure(Flow(*values[:, row].tolist()), MetrologyConstants())


def test_a_row_can_be_told_what_it_shows():
    measuring = Measuring(2)
    sample = measure(Flow(120.0, 5.0, 30.0, 60.0), MetrologyConstants())
    measuring.show(1, sample)
    assert measuring.sample(1) == sample
    assert measuring.sample(0) == replace(sample, **dict.fromkeys(type(sample).__dataclass_fields__, 0))
