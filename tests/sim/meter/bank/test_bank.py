"""The bank: when it wakes a meter, to the microsecond, and when it lets it sleep."""

import math

import numpy as np
import pytest

from sim.kernel.timing import FieldEnvironment
from sim.kernel.virtual_time import advance
from sim.meter.bank import MeteringBank
from sim.meter.metering.error_model import Influences
from sim.meter.metering.metrology import MetrologyConstants, Quantity
from sim.meter.units import NJ_PER_WH

HOUR_US = 3_600_000_000


class Row:
    """What one row of a bank says, and when."""

    def __init__(self, env, bank, row, constants=MetrologyConstants()):  # noqa: B008 - frozen
        self.env, self.woken_s = env, []
        self.element, self.supply = bank.element(row, constants), bank.supply(row)
        self.supply.watch(self.wake)

    def wake(self):
        self.woken_s.append(self.env.now)


@pytest.fixture
def env():
    return FieldEnvironment()


@pytest.fixture
def bank(env):
    return MeteringBank(env, 3)


@pytest.fixture
def rows(env, bank):
    bank.observe(120.0, 1.0, 0.0, 60.0, True)
    return [Row(env, bank, row) for row in range(3)]


def test_registers_run_while_the_meter_sleeps(env, bank, rows):
    advance(env, 3600.0)
    bank.observe(120.0, [2.0, 1.0, 1.0], 0.0, 60.0, True)
    advance(env, 7200.0)
    assert rows[0].element.energy_wh(Quantity.ACTIVE_IMPORT) == 120, "as of the last look"
    assert rows[0].element.advance(2 * HOUR_US) == 360 * NJ_PER_WH
    assert rows[0].element.energy_wh(Quantity.ACTIVE_IMPORT) == 360
    assert rows[0].element.sample.current_ma == 2_000
    assert [row.woken_s for row in rows] == [[], [], []]


def test_it_wakes_at_the_very_instant_at_which_the_energy_is_there(env, bank, rows):
    rows[1].element.us_until_import(100 * NJ_PER_WH)
    advance(env, 1800.0)  # 60 Wh so far
    bank.observe(120.0, 1.0 / 3.0, 0.0, 60.0, True)
    assert rows[1].element.import_power_mw == 40_000
    advance(env, 10_000.0)
    assert rows[1].woken_s == [5400.0]
    assert not rows[0].woken_s


@pytest.mark.parametrize("watts", [0.0, -60.0])
def test_energy_that_never_comes_wakes_nobody(env, bank, rows, watts):
    rows[0].element.us_until_import(1)
    bank.observe(120.0, abs(watts) / 120.0, 180.0, 60.0, True)
    advance(env, 10 * 86_400.0)
    assert not rows[0].woken_s
    assert not rows[0].element.overdue(10 * 24 * HOUR_US)


def test_what_is_due_is_due_before_it_has_woken(env, bank, rows):
    rows[0].element.us_until_import(120 * NJ_PER_WH)
    assert not rows[0].element.overdue(HOUR_US - 1)
    assert rows[0].element.overdue(HOUR_US)
    rows[0].element.us_until_import(None)
    assert not rows[0].element.overdue(HOUR_US)


def test_a_credit_larger_than_the_bank_can_count_wakes_early_and_never_late(env, bank, rows):
    rows[0].element.us_until_import(10**12 * NJ_PER_WH)
    bank.observe(120.0, 1e6, 0.0, 60.0, True)
    advance(env, 30 * 86_400.0)
    assert len(rows[0].woken_s) == 1


@pytest.mark.parametrize(
    ("bands", "quiet", "loud"),
    [
        ({"voltage": (108_000, 132_000)}, {"voltage_v": 108.0}, {"voltage_v": 107.9}),
        ({"voltage": (108_000, 132_000)}, {"voltage_v": 132.0}, {"voltage_v": 132.1}),
        ({"current": (None, 80_000)}, {"current_a": 80.0}, {"current_a": 80.1}),
        ({"active-power": (0, None)}, {"phase_deg": 89.0}, {"phase_deg": 91.0}),
        ({"active-power-import": (0, 240_000)}, {"phase_deg": 180.0}, {"current_a": 2.1}),
        ({"active-power-export": (0, 0)}, {"current_a": 9.0}, {"phase_deg": 180.0}),
        ({"active-power-import": (100_000, None)}, {"current_a": 2.0}, {"current_a": 0.5}),
        ({"frequency": (59_000, 61_000)}, {}, {"frequency_hz": 60.1}),
    ],
)
def test_it_wakes_where_a_reading_leaves_its_band(bank, rows, bands, quiet, loud):
    usual = {"voltage_v": 120.0, "current_a": 1.0, "phase_deg": 0.0, "frequency_hz": 60.0, "energised": True}
    rows[2].element.within("test", bands)
    bank.observe(**usual | quiet)
    assert not rows[2].woken_s
    bank.observe(**usual | loud)
    assert [len(row.woken_s) for row in rows] == [0, 0, 1]


def test_bands_of_several_hold_together_and_each_can_be_changed(bank, rows):
    element = rows[0].element
    element.within("one", {"current": (None, 5_000)})
    element.within("other", {"current": (500, 9_000)})
    bank.observe(120.0, 6.0, 0.0, 60.0, True)
    assert len(rows[0].woken_s) == 1
    element.within("one", {})
    bank.observe(120.0, 7.0, 0.0, 60.0, True)
    assert len(rows[0].woken_s) == 1
    bank.observe(120.0, 0.4, 0.0, 60.0, True)
    assert len(rows[0].woken_s) == 2


def test_a_voltage_that_goes_or_comes_wakes_its_row_once(bank, rows):
    for energised in (False, False, True, True):
        bank.observe(120.0, 1.0, 0.0, 60.0, [energised, True, True])
    assert [len(row.woken_s) for row in rows] == [2, 0, 0]
    assert rows[0].supply.energised


def test_an_open_switch_lets_nothing_through_whatever_the_grid_says(env, bank, rows):
    assert rows[0].supply.flow(switch_closed=True).current_a == 1.0
    assert rows[0].supply.flow(switch_closed=False).current_a == 0.0
    bank.observe(120.0, 1.0, 0.0, 60.0, True)
    assert rows[0].element.sample.active_mw == 0
    assert rows[0].supply.flow(switch_closed=False).voltage_v == 120.0
    assert rows[0].supply.flow(switch_closed=True).apparent_power_va == 120.0


def test_a_load_of_its_own_is_laid_over_the_grid_until_it_is_released(bank, rows):
    supply = rows[1].supply
    supply.set_load(5.0, 60.0)
    bank.observe(121.0, 1.0, 0.0, 60.0, True)
    flow = supply.flow(switch_closed=True)
    assert (flow.voltage_v, flow.current_a, flow.phase_deg, flow.frequency_hz) == (121.0, 5.0, 60.0, 60.0)
    assert flow.reactive_power_var == pytest.approx(121.0 * 5.0 * math.sin(math.radians(60.0)))
    supply.release()
    assert supply.flow(switch_closed=True).current_a == 1.0
    assert rows[0].supply.flow(switch_closed=True).current_a == 1.0


def test_a_source_of_its_own_lives_where_the_grid_is_dead(bank, rows):
    bank.observe(0.0, 0.0, 0.0, 60.0, False)
    rows[0].supply.set_source(90.0, 59.5)
    flow = rows[0].supply.flow(switch_closed=True)
    assert (flow.voltage_v, flow.frequency_hz, rows[0].supply.energised) == (90.0, 59.5, True)
    rows[0].supply.set_energised(False)
    assert not rows[0].supply.energised
    rows[0].supply.set_energised(True)
    assert rows[0].supply.flow(switch_closed=True).voltage_v == 90.0
    rows[0].supply.release()
    assert not rows[0].supply.energised


def test_whoever_sets_something_is_heard_at_once(bank, rows):
    rows[0].supply.set_load(5.0)
    rows[0].supply.set_energised(False)
    bank.wake(0)
    assert [len(row.woken_s) for row in rows] == [3, 0, 0]


@pytest.mark.parametrize(
    "act",
    [
        lambda supply: supply.set_source(-1.0),
        lambda supply: supply.set_source(math.inf),
        lambda supply: supply.set_source(120.0, 0.0),
        lambda supply: supply.set_load(-1.0),
        lambda supply: supply.set_load(1.0, math.nan),
        lambda supply: MeteringBank(supply._bank._env, 0),
    ],
)
def test_quantities_out_of_range_are_refused(rows, act):
    with pytest.raises(ValueError, match=r"must be|one row or more"):
        act(rows[0].supply)


def test_wakes_that_a_wake_causes_come_after_it(bank, rows):
    order = []

    def move_relay():
        order.append("begins")
        bank.observe(120.0, [0.0, 9.0, 1.0], 0.0, 60.0, True)
        order.append("ends")

    rows[1].element.within("test", {"current": (None, 5_000)})
    rows[1].supply.watch(lambda: order.append("other"))
    rows[0].supply.watch(move_relay)
    bank.wake(0)
    assert order == ["begins", "ends", "other"]


def test_a_watcher_that_fails_leaves_the_bank_in_order(bank, rows):
    def fail():
        raise RuntimeError

    rows[0].supply.watch(fail)
    with pytest.raises(RuntimeError):
        bank.wake(0)
    bank.wake(1)
    assert len(rows[1].woken_s) == 1


def test_what_surrounds_the_elements_is_told_to_all_of_them(bank, rows):
    bank.surround(ambient_c=35.0, distortion_percent=np.array([0.0, 5.0, 9.0]))
    rows[0].element.disturb(Influences(ambient_c=50.0, magnet_ppm=-100_000))
    assert rows[1].element.influences == Influences(35.0, 5.0)
    bank.observe(120.0, 1.0, 0.0, 60.0, True)
    assert [row.element.sample.active_mw for row in rows] == [108_000, 120_000, 120_000]
    bank.surround()
    assert rows[0].element.influences.ambient_c == 50.0


def test_registers_survive_a_snapshot(env, bank, rows):
    advance(env, 3600.0)
    rows[0].element.advance(HOUR_US)
    kept = rows[0].element.snapshot()
    rows[1].element.restore(kept)
    assert rows[1].element.snapshot() == kept
    assert rows[1].element.advance(2 * HOUR_US) == 0, "nothing flows until somebody looks"


def test_it_has_a_length(bank):
    assert len(bank) == 3
