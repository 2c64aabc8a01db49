"""What instruments see: the meters at the points, and a totaliser at the bus."""

from dataclasses import dataclass

import numpy as np

from sim.grid.feeder.power_flow import Solution
from sim.grid.loads import Bools, Wiring
from sim.grid.sky.position import Floats
from sim.grid.theft import Tamper

#: Below this a current is no current: what floats leave over.
_NOTHING_A = 1e-9


@dataclass(frozen=True, slots=True)
class FeederReading:
    """What a totaliser at the bus sees: one value a phase; angles lag from that phase's own voltage."""

    voltage_v: tuple[float, ...]
    current_a: tuple[float, ...]
    phase_deg: tuple[float, ...]

    @property
    def active_power_w(self) -> float:
        """All phases together, W; negative when the homes' panels feed the plant."""
        rows = zip(self.voltage_v, self.current_a, self.phase_deg, strict=True)
        return float(sum(volts * amps * np.cos(np.radians(angle)) for volts, amps, angle in rows))

    @property
    def reactive_power_var(self) -> float:
        """All phases together, var."""
        rows = zip(self.voltage_v, self.current_a, self.phase_deg, strict=True)
        return float(sum(volts * amps * np.sin(np.radians(angle)) for volts, amps, angle in rows))


@dataclass(frozen=True, slots=True)
class PointReadings:
    """What every meter sees at its terminals: arrays over points.

    Attributes:
        voltage_v, current_a, phase_deg: RMS values and the lag; the current is that of the measuring element.
        energised: whether the meter has a voltage.
        line_v: the true voltage there, whatever was done to the meter.
    """

    voltage_v: Floats
    current_a: Floats
    phase_deg: Floats
    energised: Bools
    line_v: Floats


def at_points(solution: Solution, wiring: Wiring, live: Bools, tamper: Tamper, points: int) -> PointReadings:
    """The readings of a solved feeder."""
    line_v = np.where(live, np.abs(solution.load_v[:points]), 0.0)
    element_a = solution.load_a[:points] * wiring.through[:points]
    current_a = np.abs(element_a)
    flows = current_a > _NOTHING_A
    power_va = solution.load_v[:points] * np.conj(element_a)
    angle = np.degrees(np.arctan2(power_va.imag, power_va.real))
    angle = np.where(tamper.reversed, np.where(angle > 0.0, angle - 180.0, angle + 180.0), angle)
    voltage_v = np.where(tamper.dead, 0.0, line_v)
    return PointReadings(
        voltage_v=voltage_v,
        current_a=np.where(flows, current_a, 0.0),
        phase_deg=np.where(flows, angle, 0.0),
        energised=live & ~tamper.dead,
        line_v=line_v,
    )


def dark(points: int) -> PointReadings:
    """The readings while nobody is supplied."""
    none = np.zeros(points)
    return PointReadings(none, none.copy(), none.copy(), np.zeros(points, bool), none.copy())


def at_bus(solution: Solution | None, phases: int) -> FeederReading:
    """The totaliser's reading."""
    if solution is None:
        return FeederReading((0.0,) * phases, (0.0,) * phases, (0.0,) * phases)
    power = solution.bus_v * np.conj(solution.source_a)
    current = np.abs(solution.source_a)
    angle = np.where(current > _NOTHING_A, np.degrees(np.angle(power)), 0.0)
    return FeederReading(
        tuple(float(value) for value in np.abs(solution.bus_v)),
        tuple(float(value) for value in current),
        tuple(float(value) for value in angle),
    )
