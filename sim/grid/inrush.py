"""What motors that start do to the voltage for a moment."""

from collections.abc import Sequence

import numpy as np

from sim.grid.demand.village import Start
from sim.grid.events import Cause, Kind, SupplyEvent
from sim.grid.feeder.power_flow import PowerFlow, Solution
from sim.grid.feeder.tree import Complex
from sim.grid.loads import Bools
from sim.grid.quality import SAG

#: A drop that needs no second look, as a share; when the iteration has arrived, V; when it gives up.
_SLIGHT, _NEAR_V, _ROUNDS = 0.05, 0.01, 200
#: The power factor with which a motor starts: mostly its leakage reactance [M].
_STARTING_ANGLE = np.exp(-1j * np.arccos(0.4))


def inrush_sag(
    flow: PowerFlow, solution: Solution, starts: Sequence[Start], live: Bools, points: int, now_s: float
) -> SupplyEvent | None:
    """The sag that starts of one instant make together, if they make one.

    A motor at rest is an impedance: its peak current flows through the feeder on top of the state that was
    solved and falls with the voltage that it leaves. An upper bound: all starts of one instant are taken to
    coincide, and the other loads do not answer. The sag lasts as long as the longest start; energies do not
    change.
    """
    seen = [start for start in starts if start.peak_va > 0.0 and live[start.load]]
    if not seen:
        return None
    loads = np.array([start.load for start in seen])
    peaks = np.array([start.peak_va for start in seen])
    siemens = np.bincount(loads, peaks, len(live)) / flow.feeder.nominal_v**2 * _STARTING_ANGLE
    after = _settled(flow, solution.load_v, siemens)
    before = np.abs(solution.load_v[:points]) / flow.feeder.nominal_v
    share = np.abs(after[:points]) / flow.feeder.nominal_v
    sagged = np.flatnonzero((share < SAG) & (before >= SAG))
    if not len(sagged):
        return None
    end_s = now_s + max(start.duration_s for start in seen)
    residual = max(float(share[sagged].min()), 0.0)
    return SupplyEvent(Kind.SAG, Cause.INRUSH, now_s, end_s, tuple(int(p) for p in sagged), residual)


def _settled(flow: PowerFlow, before_v: Complex, siemens: Complex) -> Complex:
    """The voltages with these admittances at the loads: V = V₀ - Z·Y·V, by damped iteration.

    The first drop says how strong the coupling is; where it does not reach the threshold of a sag, it is good
    enough.
    """
    after = before_v - flow.voltage_drops(siemens * before_v)
    drop = float((np.abs(before_v - after) / np.maximum(np.abs(before_v), 1.0)).max())
    if drop < _SLIGHT:
        return np.asarray(after)
    pace = 1.0 / (1.0 + drop)
    for _ in range(_ROUNDS):
        wanted = before_v - flow.voltage_drops(siemens * after)
        moved = pace * (wanted - after)
        after = after + moved
        if float(np.abs(moved).max()) < _NEAR_V:
            break
    return np.asarray(after)
