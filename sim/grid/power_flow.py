"""Power flow of a radial low-voltage feeder: backward/forward sweep, phase by phase, with the neutral.

The network is a tree in depth-first order, in which both sweeps become cumulative sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.grid.errors import PowerFlowError, TopologyError

# ---- tree

Complex = NDArray[np.complex128]


class Tree:
    """Nodes 0 to n-1 with a parent each; node 0 is the root.

    In depth-first order a subtree is a run of neighbours. The sum over every subtree is then a difference of
    one cumulative sum, and the sum along every path from the root is a cumulative sum over a tour that enters
    (+) and leaves (-) each node: no loop over nodes, no matrix.

    Args:
        parents: of each node; the entry of node 0 is not looked at.

    Raises:
        TopologyError: a node does not lead to node 0.
    """

    __slots__ = ("_enter", "_leave", "_order", "_stop", "count", "parents")

    def __init__(self, parents: Sequence[int]) -> None:
        self.count = len(parents)
        self.parents = np.array(parents, dtype=np.intp)
        children: list[list[int]] = [[] for _ in range(self.count)]
        for node, parent in enumerate(parents):
            if node and not 0 <= parent < self.count:
                raise TopologyError(f"node {node} hangs on node {parent}, which does not exist")
            if node:
                children[parent].append(node)
        order, enter, leave = _tour(children)
        if len(order) != self.count:
            raise TopologyError("the lines make a loop, or an island without the bus")
        self._order = np.array(order, dtype=np.intp)
        position = np.empty(self.count, dtype=np.intp)
        position[self._order] = np.arange(self.count)
        self._enter, self._leave = np.array(enter), np.array(leave)
        # A subtree is as long as half its tour.
        self._stop = position + (self._leave - self._enter + 1) // 2

    def below(self, values: Complex) -> Complex:
        """For every node the sum of `values` over itself and all nodes below it; nodes are the last axis."""
        sums = np.zeros((*values.shape[:-1], self.count + 1), dtype=values.dtype)
        np.cumsum(values[..., self._order], axis=-1, out=sums[..., 1:])
        start = self._stop - (self._leave - self._enter + 1) // 2
        return np.asarray(sums[..., self._stop] - sums[..., start])

    def along(self, values: Complex) -> Complex:
        """For every node the sum of `values` over the path from the root to it, both included."""
        tour = np.zeros((*values.shape[:-1], 2 * self.count), dtype=values.dtype)
        tour[..., self._enter] = values
        tour[..., self._leave] = -values
        return np.asarray(np.cumsum(tour, axis=-1)[..., self._enter])

    def subtree(self, node: int) -> NDArray[np.bool_]:
        """Which nodes lie at or below `node`."""
        inside = (self._enter >= self._enter[node]) & (self._leave <= self._leave[node])
        return np.asarray(inside)


def _tour(children: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Depth-first order, and when each node is entered and left."""
    order: list[int] = []
    enter, leave = [0] * len(children), [0] * len(children)
    instant = 0
    stack = [(0, False)]
    while stack:
        node, done = stack.pop()
        if done:
            leave[node] = instant
        else:
            order.append(node)
            enter[node] = instant
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(children[node]))
        instant += 1
    return order, enter, leave


# ---- power flow

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
        """Voltage drop at each load that currents into the loads would make."""
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
