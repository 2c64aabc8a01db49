"""`MeteringBank`: measures for many meters at once, and wakes only those that must look."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from simpy import Environment

from sim.kernel.timing import Timer
from sim.meter.bank.element import BankedElement
from sim.meter.bank.measuring import ACTIVE_MW, APPARENT_MVA, REACTIVE_MVAR, Measuring
from sim.meter.bank.registers import Registers
from sim.meter.bank.supply import BankedSupply
from sim.meter.bank.terminals import Terminals
from sim.meter.bank.thresholds import FAR, Thresholds
from sim.meter.metrology import MetrologyConstants
from sim.meter.units import US_PER_S, to_microseconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

Watcher = Callable[[], None]


class MeteringBank:
    """The measuring elements and service points of many meters, by row.

    Between two calls of `observe` everything is constant. Each call closes the books of every row at this
    instant, takes what flows from here on, and has those meters look for which something passed a threshold.
    The instant at which a meter will have imported the energy that it waits for is computed, not waited for.

    Attributes:
        registers: the accumulators.
        terminals: what is at the terminals.
        measuring: the elements.
        thresholds: what lets the meters sleep.

    Args:
        env: the world's event loop.
        count: rows, 1 or more.

    Raises:
        ValueError: no row at all.
    """

    __slots__ = (
        "_alarm",
        "_env",
        "_queue",
        "_waking",
        "_watchers",
        "measuring",
        "registers",
        "terminals",
        "thresholds",
    )

    def __init__(self, env: Environment, count: int) -> None:
        if count < 1:
            raise ValueError(f"a bank has one row or more, not {count}")
        self._env = env
        self.terminals = Terminals(count)
        self.measuring = Measuring(count)
        self.registers = Registers(count, to_microseconds(env.now))
        self.thresholds = Thresholds(count)
        self._watchers: list[list[Watcher]] = [[] for _ in range(count)]
        self._alarm = Timer(env, self._ring)
        self._queue: deque[int] = deque()
        self._waking = False

    def __len__(self) -> int:
        return len(self._watchers)

    @property
    def now_us(self) -> int:
        """The world's time, whole microseconds."""
        return to_microseconds(self._env.now)

    # ------------------------------------------------------------ what a meter is built from

    def element(self, row: int, constants: MetrologyConstants) -> BankedElement:
        """The measuring element of a row; for `Parts.metrology`."""
        self.measuring.put(row, constants)
        return BankedElement(self, row, constants)

    def supply(self, row: int) -> BankedSupply:
        """The service point of a row."""
        return BankedSupply(self, row)

    # ------------------------------------------------------------ what the world does

    def observe(
        self,
        voltage_v: "NDArray[np.float64] | float",
        current_a: "NDArray[np.float64] | float",
        phase_deg: "NDArray[np.float64] | float",
        frequency_hz: "NDArray[np.float64] | float",
        energised: "NDArray[np.bool_] | bool",
    ) -> None:
        """Close all books at this instant; from here on this is at the terminals. One number is for all rows.

        Args:
            voltage_v: RMS voltage, V.
            current_a: RMS current through the element, A, 0 or more.
            phase_deg: by which the current lags the voltage, degrees.
            frequency_hz: of the voltage, Hz.
            energised: whether there is a voltage at all.
        """
        self.terminals.offer(voltage_v, current_a, phase_deg, frequency_hz, energised)
        self._look()

    def surround(self, *, ambient_c: Any = None, distortion_percent: Any = None) -> None:
        """What acts on the elements from the next `observe` on: temperature (°C), harmonics (per cent)."""
        if ambient_c is not None:
            self.measuring.ambient_c[:] = ambient_c
        if distortion_percent is not None:
            self.measuring.distortion_percent[:] = distortion_percent

    def wake(self, row: int) -> None:
        """Have the meter of a row look now."""
        self._wake((row,))

    # ------------------------------------------------------------ for the views of a row

    def watch(self, row: int, watcher: Watcher) -> None:
        """Have `watcher` called when the meter of this row must look."""
        self.thresholds.told_energised[row] = self.terminals.energised[row]
        self._watchers[row].append(watcher)

    def wait(self, row: int, energy_nj: int | None) -> None:
        """Wake a row once it has imported so much more; None for never."""
        registers = self.registers
        power_mw, since_us = int(registers.power[0, row]), int(registers.since_us[row])
        self._expect(self.thresholds.wait(row, energy_nj, power_mw, since_us))

    def advance_row(self, row: int, now_us: int) -> None:
        """Integrate one row up to an instant."""
        self.thresholds.row_imported(row, self.registers.advance_row(row, now_us))

    def set_own(self, row: int, values: dict[int, float]) -> None:
        """Lay values over what the grid offers to one row."""
        for place, value in values.items():
            self.terminals.set_own(row, place, value)
        self._changed(row)

    def cut(self, row: int, *, cut: bool) -> None:
        """Cut the line of one row, or mend it."""
        self.terminals.cut(row, cut=cut)
        self._changed(row)

    # ------------------------------------------------------------ inside

    def _changed(self, row: int) -> None:
        self.terminals.look(slice(row, row + 1))
        self._wake((row,))

    def _look(self) -> None:
        now_us, registers, measuring = self.now_us, self.registers, self.measuring
        self.thresholds.imported(registers.advance(now_us))
        before = measuring.readings
        readings = measuring.look(self.terminals.values)
        registers.run(readings[ACTIVE_MW], readings[REACTIVE_MVAR], readings[APPARENT_MVA])
        next_us = self.thresholds.foresee(registers.power[0], now_us)
        passed = self.thresholds.passed(before, readings, self.terminals.energised)
        if next_us <= now_us:
            passed |= self.thresholds.due_us <= now_us
        if passed.any():
            self._wake(np.flatnonzero(passed).tolist())
        else:
            self._expect(next_us)

    def _expect(self, due_us: int) -> None:
        """Be woken at an instant, if not before."""
        at_s = self._alarm.at_s
        if due_us < FAR and (at_s is None or due_us / US_PER_S < at_s):
            self._alarm.set(due_us / US_PER_S)

    def _ring(self) -> None:
        self._wake(np.flatnonzero(self.thresholds.due_us <= self.now_us).tolist())

    def _wake(self, rows: Iterable[int]) -> None:
        """Have these look, in their order; what that changes for others comes after."""
        self._queue.extend(rows)
        if self._waking:
            return
        self._waking, now_us = True, self.now_us
        try:
            while self._queue:
                row = self._queue.popleft()
                self.thresholds.told_energised[row] = self.terminals.energised[row]
                if self.thresholds.due_us[row] <= now_us:
                    self.wait(row, None)  # a meter that lives says anew what it waits for
                for watcher in tuple(self._watchers[row]):
                    watcher()
        finally:
            self._queue.clear()
            self._waking = False
        self._expect(int(self.thresholds.due_us.min(initial=FAR)))
