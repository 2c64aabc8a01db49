"""Physics of one site, step by step: the grid moves, the measuring elements see it, relays answer.

Within one instant: grid, then bank, then the meters that the bank wakes. A relay that moves while the bank is
being told waits until everybody has been told; then the grid is solved again at the same instant.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from simpy import Environment

from sim.grid.microgrid import FeederReading, Microgrid
from sim.kernel.timing import Ticker

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.meter.bank import MeteringBank

    Floats = NDArray[np.float64]

_S_PER_H = 3_600.0
#: Steps never come closer together than this; what would is taken by the next one.
_STEP_S_MIN = 0.001


class Physics:
    """One grid and the measuring elements on it.

    Args:
        env: the world's environment.
        grid: the microgrid.
        bank: a row for each point of the grid, in its order, and one more where there is a totaliser.
        step_s: from one regular step to the next; what the grid announces comes in between.
        totalised: whether the last row of the bank is a totaliser at the head of the feeder.
    """

    __slots__ = (
        "_bank",
        "_env",
        "_moved",
        "_since_s",
        "_step_s",
        "_ticker",
        "_totalised",
        "_watts",
        "grid",
        "observers",
        "observing",
        "steps",
        "true_export_wh",
        "true_import_wh",
    )

    def __init__(
        self, env: Environment, grid: Microgrid, bank: "MeteringBank", step_s: float, *, totalised: bool
    ) -> None:
        self._env = env
        self._bank = bank
        self._step_s = step_s
        self._totalised = totalised
        self._moved: list[tuple[int, bool]] = []
        rows = grid.points + totalised
        self._watts: Floats = np.zeros(rows)
        self._since_s = 0.0
        self._ticker = Ticker(env, self._tick)
        self.grid = grid
        self.observing = False
        #: Called after the bank was told of a regular or announced step, or of a change from outside.
        self.observers: list[Callable[[], None]] = []
        #: What really flowed through each element since the world began, Wh: the truth beside the registers.
        self.true_import_wh: Floats = np.zeros(rows)
        self.true_export_wh: Floats = np.zeros(rows)
        self.steps = 0

    def start(self) -> None:
        """Take the first step now, and the others by themselves."""
        self._ticker.start(self._env.now)

    def relay_moved(self, point: int, closed: bool) -> None:
        """The relay of the meter at `point` moved, at this instant."""
        self._moved.append((point, closed))
        if not self.observing:
            self._settle()

    def changed(self) -> None:
        """The grid was changed from outside, at this instant: let the elements and the observers see it."""
        if not self.observing:
            self._observe()
            self._settle()
            for observer in self.observers:
                observer()

    # ------------------------------------------------------------ steps

    def _tick(self) -> float:
        now_s = float(self._env.now)
        self.steps += 1
        self.observing = True
        try:
            self.grid.step(now_s)
        finally:
            self.observing = False
        self._observe()
        self._settle()
        for observer in self.observers:
            observer()
        regular_s = (now_s // self._step_s + 1) * self._step_s
        return max(min(regular_s, self.grid.next_event_s), now_s + _STEP_S_MIN)

    def _settle(self) -> None:
        """Solve again for the relays that moved, until none moves any more."""
        while self._moved:
            moved, self._moved = self._moved, []
            for point, closed in moved:
                self.grid.set_closed(point, closed, float(self._env.now))
            self._observe()

    def _observe(self) -> None:
        grid = self.grid
        voltage_v, current_a, phase_deg, energised = (
            grid.voltage_v,
            grid.current_a,
            grid.phase_deg,
            grid.energised,
        )
        if self._totalised:
            head_v, head_a, head_deg = single_phase(grid.feeder)
            voltage_v = np.append(voltage_v, head_v)
            current_a = np.append(current_a, head_a)
            phase_deg = np.append(phase_deg, head_deg)
            energised = np.append(energised, head_v > 0)
        self._count(voltage_v * current_a * np.cos(np.radians(phase_deg)) * energised)
        self.observing = True
        try:
            self._bank.observe(voltage_v, current_a, phase_deg, grid.frequency_hz, energised)
        finally:
            self.observing = False

    def _count(self, watts: "Floats") -> None:
        """Close the true books of what flowed since the last look; `watts` flow from here on."""
        now_s = float(self._env.now)
        hours = (now_s - self._since_s) / _S_PER_H
        if hours > 0:
            self.true_import_wh += np.maximum(self._watts, 0.0) * hours
            self.true_export_wh += np.maximum(-self._watts, 0.0) * hours
            self._since_s = now_s
        self._watts = watts

    def close(self) -> None:
        """Bring the true books to this instant."""
        self._count(self._watts)


def single_phase(feeder: FeederReading) -> tuple[float, float, float]:
    """Voltage, V, current, A, and angle, degrees, of one phase that carries what all phases carry.

    >>> single_phase(FeederReading((120.0, 120.0), (5.0, 5.0), (0.0, 0.0)))
    (120.0, 10.0, 0.0)
    """
    phases = list(zip(feeder.voltage_v, feeder.current_a, feeder.phase_deg, strict=True))
    live = [volts for volts, _, _ in phases if volts > 0]
    if not live:
        return 0.0, 0.0, 0.0
    voltage_v = sum(live) / len(live)
    active_w = sum(volts * amps * float(np.cos(np.radians(deg))) for volts, amps, deg in phases)
    reactive_var = sum(volts * amps * float(np.sin(np.radians(deg))) for volts, amps, deg in phases)
    apparent_va = float(np.hypot(active_w, reactive_var))
    return voltage_v, apparent_va / voltage_v, float(np.degrees(np.arctan2(reactive_var, active_w)))
