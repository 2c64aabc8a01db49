"""The meter's terminals: a `Supply` over the service point, with what is wrong between the two.

As long as nothing is wrong it hands the service point's own flow on, unchanged.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.meter.seams import Flow, Supply

_HALF_TURN_DEG = 180.0


@dataclass(frozen=True, slots=True)
class TerminalFlow:
    """A flow that differs from that of the service point; fits `sim.meter.seams.Flow`."""

    voltage_v: float
    current_a: float
    phase_deg: float
    frequency_hz: float

    @property
    def apparent_power_va(self) -> float:
        """Apparent power, VA."""
        return self.voltage_v * self.current_a

    @property
    def active_power_w(self) -> float:
        """Active power, W; negative for export."""
        return self.apparent_power_va * math.cos(math.radians(self.phase_deg))

    @property
    def reactive_power_var(self) -> float:
        """Reactive power, var; positive for a lagging current."""
        return self.apparent_power_va * math.sin(math.radians(self.phase_deg))


class Terminals:
    """What the measuring element is connected to. The setters of a `Supply` go through to the service point.

    Args:
        supply: the service point.
        dropout_v: below this voltage the meter's own power supply gives out; it counts only in a brown-out.
    """

    __slots__ = ("_brown_v", "_cut", "_dropout_v", "_supply", "_watchers", "reversed")

    def __init__(self, supply: Supply, dropout_v: float) -> None:
        self._supply = supply
        self._dropout_v = dropout_v
        self._watchers: list[Callable[[], None]] = []
        self._cut = False
        self._brown_v: float | None = None
        self.reversed = False
        supply.watch(self._tell)

    @property
    def energised(self) -> bool:
        """True while the meter is fed."""
        return self._supply.energised and not self._cut and not self.starved

    @property
    def starved(self) -> bool:
        """True in a brown-out that is too deep for the meter's own power supply."""
        return self._brown_v is not None and self._brown_v < self._dropout_v

    @property
    def sound(self) -> bool:
        """True while nothing is wrong here."""
        return not (self._cut or self.reversed or self._brown_v is not None)

    def flow(self, *, switch_closed: bool) -> Flow:
        """What flows now, with the meter's switch in that position, as the measuring element sees it."""
        flow = self._supply.flow(switch_closed=switch_closed and not self._cut)
        if self.sound:
            return flow
        if self._cut or self.starved:  # nothing flows, or nobody lives to measure it
            return TerminalFlow(0.0, 0.0, 0.0, 0.0)
        voltage_v = flow.voltage_v if self._brown_v is None else min(flow.voltage_v, self._brown_v)
        turned_deg = _turned(flow.phase_deg) if self.reversed else flow.phase_deg
        return TerminalFlow(voltage_v, flow.current_a, turned_deg, flow.frequency_hz)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called after every change."""
        self._watchers.append(watcher)

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage, and frequency where given."""
        self._supply.set_source(voltage_v, frequency_hz)

    def set_energised(self, energised: bool) -> None:
        """Cut the line or bring it back."""
        self._supply.set_energised(energised)

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load on."""
        self._supply.set_load(current_a, phase_deg)

    # ------------------------------------------------------------ what goes wrong

    def cut(self, cut: bool) -> None:
        """Cut the wire between the service point and the meter, or mend it; the home is dark meanwhile."""
        self._cut = cut
        self._tell()

    def reverse(self, reversed_: bool) -> None:
        """Swap line and load terminals, or put them right."""
        self.reversed = reversed_
        self._tell()

    def brown_out(self, voltage_v: float | None) -> None:
        """Let no more than `voltage_v` through; None ends that."""
        self._brown_v = voltage_v
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _turned(phase_deg: float) -> float:
    """The opposite direction, within ±180 degrees."""
    return phase_deg - _HALF_TURN_DEG if phase_deg > 0 else phase_deg + _HALF_TURN_DEG
