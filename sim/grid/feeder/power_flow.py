"""Power flow of a radial low-voltage feeder: backward/forward sweep, phase by phase, with the neutral.

What is modelled: one, two (180° apart) or three phases (120°) and a neutral; every conductor of a span has
its own series impedance; loads lie between a phase and the neutral behind a service drop of their own (go and
return); each is part constant power, part constant impedance; a source with a series impedance a phase, the
neutral tied to it.

What is not: mutual coupling between conductors, capacitance of lines, earth as a return path (the neutral is
grounded at the plant only), loads between two phases, harmonics.

The sweep is the classical one: load currents from the last voltages, branch currents as sums over subtrees
(backward), voltages as sums of drops along paths (forward), until nothing moves. Powers are taken from one
and the same currents and voltages, so that what the source sends equals what the loads take plus I²R to
rounding, whatever tolerance the iteration stopped at (Tellegen).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.grid.errors import PowerFlowError
from sim.grid.feeder.tree import Complex, Tree

#: Angles of the phases, degrees, by their number: single phase, split phase, star.
PHASE_ANGLES_DEG = {1: (0.0,), 2: (0.0, 180.0), 3: (0.0, -120.0, 120.0)}
#: Below this share of the nominal voltage a load is a constant impedance: so do real ones let go.
KNEE = 0.7


@dataclass(frozen=True, slots=True)
class Feeder:
    """The passive part: arrays over nodes (poles) and over loads.

    Args:
        tree: the nodes; node 0 is the bus.
        phase_ohm, neutral_ohm: impedance of the span above each node, one conductor; node 0: the source's.
        node, phase: where each load hangs.
        drop_ohm: the service drop of each load, phase and neutral conductor together.
        phases: 1, 2 or 3.
        nominal_v: of a phase to neutral.
    """

    tree: Tree
    phase_ohm: Complex
    neutral_ohm: Complex
    node: NDArray[np.intp]
    phase: NDArray[np.intp]
    drop_ohm: Complex
    phases: int
    nominal_v: float


@dataclass(frozen=True, slots=True)
class Solution:
    """The state of the feeder; complex RMS phasors, arrays over loads unless noted.

    Attributes:
        load_v: voltage at each load, phase to neutral, behind its drop.
        load_a: current into it.
        source_a: current out of the source, one a phase.
        source_va: power out of the source (behind its impedance: the bus), one a phase.
        bus_v: voltage at the bus, one a phase.
        loss_w: I²R of spans, neutral and drops; the source's own resistance counts.
        sweeps: how many it took.
    """

    load_v: Complex
    load_a: Complex
    source_a: Complex
    source_va: Complex
    bus_v: Complex
    loss_w: float
    sweeps: int


class PowerFlow:
    """Solves one feeder again and again; begins where it stopped.

    Args:
        feeder: the passive part.
        tolerance: of the voltages, as a share of the nominal one.
        limit: sweeps before it gives up.
    """

    __slots__ = ("_angles", "_last", "_slot", "feeder", "limit", "tolerance")

    def __init__(self, feeder: Feeder, *, tolerance: float = 1e-7, limit: int = 60) -> None:
        self.feeder = feeder
        self.tolerance = tolerance
        self.limit = limit
        self._angles = np.exp(1j * np.radians(np.array(PHASE_ANGLES_DEG[feeder.phases])))
        self._slot = feeder.phase * feeder.tree.count + feeder.node
        self._last: Complex | None = None

    def solve(
        self,
        power_va: Complex,
        impedance_share: NDArray[np.float64] | float,
        source_v: float,
        live: NDArray[np.bool_] | None = None,
    ) -> Solution:
        """The state with these loads.

        Args:
            power_va: complex power of each load at the nominal voltage; positive takes, inductive is +j.
            impedance_share: how much of each is a constant impedance, 0 to 1.
            source_v: magnitude of the source's voltage, phase to neutral.
            live: which loads hang on a live line; None is all.

        Raises:
            PowerFlowError: no voltages exist that carry these loads.
        """
        feeder = self.feeder
        source = source_v * self._angles
        wanted = power_va if live is None else np.where(live, power_va, 0.0)
        unloaded = source[feeder.phase]
        volts = unloaded if self._last is None or source_v <= 0.0 else self._last
        moved, sweeps = np.inf, 0
        allowed_v = self.tolerance * feeder.nominal_v
        with np.errstate(over="ignore", invalid="ignore"):  # what diverges is refused below
            while moved > allowed_v and sweeps < self.limit:
                sweeps += 1
                amps = self._currents(wanted, impedance_share, volts)
                drops, branch = self._drops(amps)
                after = unloaded - drops
                moved = float(np.abs(after - volts).max())
                volts = after
        if not moved <= allowed_v:
            self._last = None
            raise PowerFlowError(f"no voltages carry {float(power_va.real.sum()):.0f} W on this feeder")
        self._last = volts
        return self._solution(volts, amps, branch, source, sweeps)

    def voltage_drops(self, amps: Complex) -> Complex:
        """What currents into the loads would take from the voltage at each load."""
        return self._drops(amps)[0]

    def _currents(
        self, power_va: Complex, impedance_share: NDArray[np.float64] | float, volts: Complex
    ) -> Complex:
        size = np.abs(volts) / self.feeder.nominal_v
        knee = np.minimum(size / KNEE, 1.0) ** 2
        scale = impedance_share * size**2 + (1.0 - impedance_share) * knee
        safe = np.where(size > 1e-9, volts, 1.0)
        return np.where(size > 1e-9, np.conj(power_va * scale / safe), 0.0)

    def _drops(self, amps: Complex) -> tuple[Complex, Complex]:
        """Backward and forward: the drop up to each load, and the currents of the spans, phase by phase."""
        feeder = self.feeder
        count = feeder.tree.count
        slots = feeder.phases * count
        at_nodes = np.bincount(self._slot, amps.real, slots) + 1j * np.bincount(self._slot, amps.imag, slots)
        branch = feeder.tree.below(at_nodes.reshape(feeder.phases, count))
        fallen = branch * feeder.phase_ohm + branch.sum(axis=0) * feeder.neutral_ohm
        at_poles = feeder.tree.along(fallen)
        return at_poles.reshape(-1)[self._slot] + amps * feeder.drop_ohm, branch

    def _solution(
        self, volts: Complex, amps: Complex, branch: Complex, source: Complex, sweeps: int
    ) -> Solution:
        feeder = self.feeder
        neutral = branch.sum(axis=0)
        loss_w = float(
            (np.abs(branch) ** 2 * feeder.phase_ohm.real).sum()
            + (np.abs(neutral) ** 2 * feeder.neutral_ohm.real).sum()
            + (np.abs(amps) ** 2 * feeder.drop_ohm.real).sum()
        )
        source_a = branch[:, 0]
        bus_v = source - source_a * feeder.phase_ohm[0] - neutral[0] * feeder.neutral_ohm[0]
        return Solution(volts, amps, source_a, source * np.conj(source_a), bus_v, loss_w, sweeps)
