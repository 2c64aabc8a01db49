"""The same faults where many elements are counted in arrays: a local fault is asked for at every change."""

from dataclasses import replace

import numpy as np
import pytest

from sim.kernel.timing import FieldEnvironment, SimClock
from sim.kernel.virtual_time import advance
from sim.meter import DEFAULT_PARTS, build, load_profile
from sim.meter.bank import MeteringBank
from sim.meter.units import MILLI

COUNT, STEP_S = 3, 60.0


class Village:
    """Three meters on a bank; the middle one is the victim."""

    def __init__(self, profile="ppkw-postpaid"):
        self.env = FieldEnvironment()
        clock, self.bank = SimClock(self.env), MeteringBank(self.env, COUNT)
        self.current_a = np.full(COUNT, 10.0)
        self.offer()
        model = load_profile(profile)
        self.meters = []
        for row in range(COUNT):
            parts = replace(
                DEFAULT_PARTS,
                metrology=lambda constants, _now_us, row=row: self.bank.element(row, constants),
            )
            supply = self.bank.supply(row)
            self.meters.append(build(model, parts, env=self.env, clock=clock, supply=supply))
        self.offer()
        self.victim = self.meters[1]

    def offer(self):
        full = np.ones(COUNT)
        self.bank.observe(120.0 * full, self.current_a, 0.0 * full, 60.0, full.astype(bool))

    def run(self, minutes, drift_a=0.0):
        """Let the load change at every step, as it does."""
        for _ in range(minutes):
            advance(self.env, self.env.now + STEP_S)
            self.current_a = self.current_a + drift_a
            self.offer()

    def powers_w(self):
        for meter in self.meters:
            meter.settle()
        return [meter.parts.metrology.sample.active_mw / MILLI for meter in self.meters]

    def energies_wh(self, name="active-import"):
        return [meter.parts.metrology.energy_wh(name) for meter in self.meters]


@pytest.fixture
def village():
    return Village()


def test_reversed_terminals_stay_reversed_while_the_load_changes(village):
    village.victim.faults.begin("reverse")
    village.run(60, drift_a=0.05)
    imported, exported = village.energies_wh(), village.energies_wh("active-export")
    assert imported[0] == imported[2] > 1200
    assert imported[1] == 0
    assert exported[1] == pytest.approx(imported[0], abs=1)
    village.victim.faults.end("reverse")
    village.run(1)
    assert min(village.powers_w()) > 0


def test_a_brown_out_holds_while_the_load_changes(village):
    village.victim.faults.begin("brown-out", 90.0)
    village.run(10, drift_a=0.1)
    assert village.victim.parts.metrology.sample.voltage_mv == 90_000
    assert village.victim.parts.quality.watches["sag"].open
    village.victim.faults.end("brown-out")
    village.run(1)
    assert village.victim.parts.metrology.sample.voltage_mv == 120_000


def test_a_magnet_slows_one_and_no_other(village):
    village.victim.faults.begin("magnet", 0.5)
    village.run(60, drift_a=0.05)
    wh = village.energies_wh()
    assert wh[1] == pytest.approx(wh[0] / 2, abs=1)
    assert wh[0] == wh[2]


def test_a_cut_wire_kills_one_and_no_other(village):
    village.victim.faults.begin("cut")
    village.run(10)
    assert [meter.powered for meter in village.meters] == [True, False, True]
    village.victim.faults.end("cut")
    village.run(10)
    assert village.victim.powered
    assert min(village.powers_w()) > 0


def test_a_relay_that_welds_is_noticed_when_current_flows_again(village):
    village.current_a = np.zeros(COUNT)
    village.run(1)
    village.victim.parts.switch.remote_disconnect()
    village.victim.settle()
    village.victim.faults.begin("relay-weld")
    village.run(2)
    assert village.victim.parts.events.count(68) == 0  # nothing flows that would tell
    village.run(2, drift_a=3.0)
    assert village.victim.parts.events.count(68) == 1
