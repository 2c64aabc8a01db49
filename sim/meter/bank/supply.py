"""One row of a bank as the service point of a meter."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.meter.bank.terminals import CURRENT, FREQUENCY, PHASE, VOLTAGE

if TYPE_CHECKING:
    from sim.meter.bank.bank import MeteringBank


@dataclass(frozen=True, slots=True)
class BankedFlow:
    """The electrical state at the terminals of one row; fits `sim.meter.seams.Flow`."""

    voltage_v: float
    current_a: float
    phase_deg: float
    frequency_hz: float

    @property
    def active_power_w(self) -> float:
        """Active power, W; negative for export."""
        return self.voltage_v * self.current_a * math.cos(math.radians(self.phase_deg))

    @property
    def reactive_power_var(self) -> float:
        """Reactive power, var; positive for a lagging current."""
        return self.voltage_v * self.current_a * math.sin(math.radians(self.phase_deg))

    @property
    def apparent_power_va(self) -> float:
        """Apparent power, VA."""
        return self.voltage_v * self.current_a


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
        """What flows now, with the meter's switch in that position, in which the bank sees it from now on."""
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
