"""Metering bank: measures for many meters at once, and wakes only those that must look.

Each row is the `Metrology` and the `Supply` of one meter.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from simpy import Environment

from sim.kernel.timing import Timer
from sim.meter.bank.measuring import (
    ACTIVE_MW,
    APPARENT_MVA,
    CURRENT,
    FREQUENCY,
    PHASE,
    REACTIVE_MVAR,
    VOLTAGE,
    Measuring,
    Terminals,
)
from sim.meter.bank.registers import QUANTITIES, Registers
from sim.meter.bank.thresholds import FAR, Thresholds
from sim.meter.hardware import TerminalFlow
from sim.meter.interfaces import Flow
from sim.meter.metering.error_model import Influences
from sim.meter.metering.metrology import (
    Bands,
    Metrology,
    MetrologyConstants,
    Quantity,
    Sample,
    measure,
    running_powers,
)
from sim.meter.units import NJ_PER_WH, US_PER_S, to_microseconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

# ------------------------------------------------------------ a row as the supply of its meter


class BankedFlow(TerminalFlow):
    """The electrical state at the terminals of one row."""

    __slots__ = ()


class BankedSupply:
    """The service point of one row; made by `MeteringBank.supply`.

    What is set here is laid over what the grid offers, for this row alone, until `release`.

    Args:
        bank: where it is.
        row: its place.
    """

    __slots__ = ("_bank", "_row")

    def __init__(self, bank: "MeteringBank", row: int) -> None:
        self._bank = bank
        self._row = row

    @property
    def energised(self) -> bool:
        """True while there is a voltage at the terminals."""
        return bool(self._bank.terminals.energised[self._row])

    def flow(self, *, switch_closed: bool) -> BankedFlow:
        """Flow with the meter's switch in that position, in which the bank sees it from now on."""
        terminals, row = self._bank.terminals, self._row
        if terminals.closed[row] != switch_closed:
            terminals.closed[row] = switch_closed
            terminals.look(slice(row, row + 1))
        return BankedFlow(*terminals.values[:, row].tolist())

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called when something changed that the meter must look at."""
        self._bank.watch(self._row, watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage (RMS, V) and, where given, frequency (Hz), to this row alone.

        Raises:
            ValueError: a quantity is out of range.
        """
        if not 0.0 <= voltage_v < math.inf:
            raise ValueError(f"voltage_v is {voltage_v}: it must be 0 or more")
        if frequency_hz is not None and not 0.0 < frequency_hz < math.inf:
            raise ValueError(f"frequency_hz is {frequency_hz}: it must be above 0")
        values = {VOLTAGE: voltage_v} | ({} if frequency_hz is None else {FREQUENCY: frequency_hz})
        self._bank.set_own(self._row, values)

    def set_energised(self, energised: bool) -> None:
        """Cut the line of this row, or mend it."""
        self._bank.cut(self._row, cut=not energised)

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load (RMS, A; degrees of lag) on behind this meter, instead of what the grid says.

        Raises:
            ValueError: a quantity is out of range.
        """
        if not 0.0 <= current_a < math.inf:
            raise ValueError(f"current_a is {current_a}: it must be 0 or more")
        if not math.isfinite(phase_deg):
            raise ValueError(f"phase_deg is {phase_deg}: it must be a finite angle")
        self._bank.set_own(self._row, {CURRENT: current_a, PHASE: phase_deg})

    def release(self) -> None:
        """Take everything away that was set here: the grid alone decides again."""
        self._bank.set_own(self._row, dict.fromkeys((VOLTAGE, CURRENT, PHASE, FREQUENCY), math.nan))
        self.set_energised(True)


# ------------------------------------------------------------ a row as the measuring element of its meter

_PLACE = {quantity: place for place, quantity in enumerate(QUANTITIES)}


class BankedElement(Metrology):
    """The measuring element of one row; made by `MeteringBank.element`.

    Its registers go on while its meter sleeps, and what it shows is what the bank measured last.

    Args:
        bank: where it is.
        row: its place.
        constants: of the element.
    """

    __slots__ = ("_bands", "_bank", "_reported_nj", "_row", "_stamp", "_totals_nj")

    wakes: ClassVar[bool] = True

    def __init__(self, bank: "MeteringBank", row: int, constants: MetrologyConstants) -> None:
        super().__init__(constants, bank.now_us)
        self._bank = bank
        self._row = row
        self._bands: dict[str, Bands] = {}
        self._stamp = -1
        self._totals_nj: list[int] = []
        self._reported_nj = self._totals()[0]

    @property
    def sample(self) -> Sample:
        """Sample of this instant."""
        return self._bank.measuring.sample(self._row)

    @property
    def import_power_mw(self) -> int:
        """Active power drawn from the grid now, mW; 0 while the customer exports."""
        return int(self._bank.registers.power[0, self._row])

    @property
    def influences(self) -> Influences:
        """Influences on the element besides what it measures."""
        return self._bank.measuring.influences(self._row)

    def observe(self, flow: Flow, now_us: int) -> int:
        """Close the books at `now_us`, then measure `flow` from here on; answers as `advance`."""
        imported_nj = self.advance(now_us)
        # Between service point and element something may be wrong, of which the bank does not know.
        self._bank.thresholds.foreign[self._row] = not isinstance(flow, BankedFlow)
        self._put(measure(flow, self._constants, self.influences))
        return imported_nj

    def advance(self, now_us: int) -> int:
        """Integrate up to `now_us`.

        Returns:
            The active energy imported since the last call, nJ. Exported energy is never in it.
        """
        self._bank.advance_row(self._row, now_us)
        self._stamp = -1
        reported_nj, self._reported_nj = self._reported_nj, self._totals()[0]
        return self._reported_nj - reported_nj

    def us_until_import(self, energy_nj: int | None) -> None:
        """The bank wakes the meter when so much more has been imported."""
        self._bank.wait(self._row, energy_nj)

    def overdue(self, now_us: int) -> bool:
        """True where the energy last asked for has been imported, and the meter has yet to be woken."""
        return bool(self._bank.thresholds.due_us[self._row] <= now_us)

    def within(self, who: str, bands: Bands) -> None:
        """Let the meter sleep while the readings stay within these bands.

        Args:
            who: asks; what the same one asked for before no longer holds.
            bands: by the name of a reading. One that the bank does not watch wakes at every change.
        """
        if self._bands.get(who) != bands:
            self._bands[who] = dict(bands)
            self._bank.thresholds.bound(self._row, list(self._bands.values()))

    def energy_nj(self, *quantities: Quantity) -> int:
        """The exact sum of these accumulators, nJ (or nvars, nVAs)."""
        totals_nj = self._totals()
        return sum(totals_nj[_PLACE[quantity]] for quantity in quantities)

    def energy_wh(self, *quantities: Quantity) -> int:
        """The register over these accumulators, whole Wh (varh, VAh), as the wire shows it."""
        return self.energy_nj(*quantities) // NJ_PER_WH

    def snapshot(self) -> dict[str, int]:
        """The registers as plain data, to be kept without power."""
        return {quantity.value: total for quantity, total in zip(QUANTITIES, self._totals(), strict=True)}

    def restore(self, kept: dict[str, int]) -> None:
        """Take up the registers that were kept; nothing flows until the next `observe`."""
        self._bank.registers.put_totals(self._row, [kept[quantity.value] for quantity in QUANTITIES])
        self._stamp = -1
        self._reported_nj = self._totals()[0]
        self._put(Sample())

    def disturb(self, influences: Influences) -> None:
        """Let these act on the element from the next look at the circuit on."""
        self._bank.measuring.disturb(self._row, influences)

    def _put(self, sample: Sample) -> None:
        self._bank.measuring.show(self._row, sample)
        self._bank.registers.run_row(self._row, dict(running_powers(sample)))

    def _totals(self) -> list[int]:
        registers = self._bank.registers
        if self._stamp != registers.stamp:
            self._totals_nj, self._stamp = registers.totals_nj(self._row), registers.stamp
        return self._totals_nj


# ------------------------------------------------------------ the bank

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
        """Influences on the elements from the next `observe` on: temperature (°C), harmonics (per cent)."""
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
        self.thresholds.reported_energised[row] = self.terminals.energised[row]
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
                self.thresholds.reported_energised[row] = self.terminals.energised[row]
                if self.thresholds.due_us[row] <= now_us:
                    self.wait(row, None)  # a meter that lives says anew what it waits for
                for watcher in tuple(self._watchers[row]):
                    watcher()
        finally:
            self._queue.clear()
            self._waking = False
        self._expect(int(self.thresholds.due_us.min(initial=FAR)))
