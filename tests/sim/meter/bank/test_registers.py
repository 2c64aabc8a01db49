"""The accumulators of a bank: exact, whatever runs through them and for how long."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.meter.bank.registers import MOST_NJ, QUANTITIES, Registers
from sim.meter.metering.metrology import Sample, running_powers
from sim.meter.units import NJ_PER_WH

POWER_STATION_MW = 10**12
HUNDRED_YEARS_US = 100 * 365 * 86_400 * 10**6

powers = st.integers(-(10**9), 10**9)
samples = st.builds(Sample, active_mw=powers, reactive_mvar=powers, apparent_mva=st.integers(0, 10**9))
pieces = st.lists(st.tuples(st.lists(samples, min_size=3, max_size=3), st.integers(0, 10**12)), max_size=8)


def run(registers, row_samples):
    columns = ("active_mw", "reactive_mvar", "apparent_mva")
    registers.run(
        *(np.array([getattr(item, name) for item in row_samples], dtype=np.int64) for name in columns)
    )


@given(pieces)
def test_every_accumulator_is_the_exact_sum(pieces):
    registers, now_us = Registers(3, 0), 0
    expected = [dict.fromkeys(QUANTITIES, 0) for _ in range(3)]
    for row_samples, duration_us in pieces:
        run(registers, row_samples)
        now_us += duration_us
        imported = registers.advance(now_us).tolist()
        for row, sample in enumerate(row_samples):
            for quantity, power_mw in running_powers(sample):
                expected[row][quantity] += power_mw * duration_us
            assert imported[row] == min(max(0, sample.active_mw) * duration_us, MOST_NJ)
    assert [registers.totals_nj(row) for row in range(3)] == [list(row.values()) for row in expected]


@given(pieces, st.integers(0, 2))
def test_a_row_may_run_ahead_of_the_others(pieces, ahead):
    registers, together, now_us = Registers(3, 0), Registers(3, 0), 0
    for row_samples, duration_us in pieces:
        run(registers, row_samples)
        run(together, row_samples)
        half_us = now_us + duration_us // 2
        registers.advance_row(ahead, half_us)
        assert registers.advance_row(ahead, half_us) == 0
        now_us += duration_us
        registers.advance(now_us)
        together.advance(now_us)
    assert [registers.totals_nj(row) for row in range(3)] == [together.totals_nj(row) for row in range(3)]


def test_nothing_overflows_in_a_hundred_years_of_a_power_station():
    registers = Registers(2, 0)
    run(registers, [Sample(active_mw=1), Sample(active_mw=POWER_STATION_MW, reactive_mvar=-POWER_STATION_MW)])
    registers.advance(HUNDRED_YEARS_US)
    station = POWER_STATION_MW * HUNDRED_YEARS_US
    assert registers.totals_nj(0) == [HUNDRED_YEARS_US, *[0] * 7]
    assert registers.totals_nj(1) == [station, 0, 0, 0, 0, station, 0, 0]


def test_a_row_can_be_given_other_contents():
    registers = Registers(2, 0)
    totals = [7 * NJ_PER_WH + 5, 0, 1, 2, 3, 4, NJ_PER_WH, NJ_PER_WH - 1]
    registers.put_totals(1, totals)
    assert registers.totals_nj(1) == totals
    assert registers.whole_wh[0, 1] == 7
    assert registers.totals_nj(0) == [0] * 8


@pytest.mark.parametrize(
    ("active", "reactive", "places"),
    [(1, 1, (0, 2, 6)), (-1, 1, (1, 3, 7)), (-1, -1, (1, 4, 7)), (1, -1, (0, 5, 6))],
)
def test_each_quadrant_runs_into_its_accumulators(active, reactive, places):
    registers = Registers(1, 0)
    sample = Sample(active_mw=active, reactive_mvar=reactive, apparent_mva=1)
    run(registers, [sample])
    assert tuple(np.flatnonzero(registers.power[:, 0])) == places
    other = Registers(1, 0)
    other.run_row(0, dict(running_powers(sample)))
    assert (other.power == registers.power).all()
