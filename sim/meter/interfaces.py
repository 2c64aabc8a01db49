"""Interfaces of a meter to its world, as Protocols: the meter imports neither the grid nor the scenarios.

`sim.grid.ServicePoint` and `sim.kernel.clock.SimClock` fit these shapes; `sim.scenarios.world` hands them
in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


class Flow(Protocol):
    """The electrical state at the meter's terminals, behind its own switch."""

    @property
    def voltage_v(self) -> float:
        """RMS voltage, V."""
        ...

    @property
    def current_a(self) -> float:
        """RMS current, A."""
        ...

    @property
    def phase_deg(self) -> float:
        """Angle by which the current lags the voltage, degrees."""
        ...

    @property
    def frequency_hz(self) -> float:
        """Frequency of the voltage, Hz; 0 while there is none."""
        ...

    @property
    def active_power_w(self) -> float:
        """Active power, W; negative for export."""
        ...

    @property
    def reactive_power_var(self) -> float:
        """Reactive power, var; positive for a lagging current."""
        ...

    @property
    def apparent_power_va(self) -> float:
        """Apparent power, VA."""
        ...


class Supply(Protocol):
    """The service point that the meter is connected to."""

    @property
    def energised(self) -> bool:
        """True while there is a voltage at the terminals."""
        ...

    def flow(self, *, switch_closed: bool) -> Flow:
        """Flow with the meter's switch in that position."""
        ...

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have `watcher` called after every change of source or load."""
        ...

    def set_source(self, voltage_v: float, frequency_hz: float | None = None) -> None:
        """Offer another voltage, and frequency where given."""
        ...

    def set_energised(self, energised: bool) -> None:
        """Cut the line or bring it back."""
        ...

    def set_load(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Switch another load on."""
        ...


@runtime_checkable
class Plant(Protocol):
    """A supply that has a battery and panels of its own, and tells of them."""

    @property
    def charge_milli(self) -> int:
        """State of charge, thousandths of a per cent."""
        ...

    @property
    def panel_power_mw(self) -> int:
        """Power that the panels give now, mW."""
        ...

    @property
    def harvested_nj(self) -> int:
        """All that the panels ever gave, nJ."""
        ...


@dataclass(frozen=True, slots=True)
class NoPlant:
    """Plant of a meter on a line: none."""

    charge_milli: int = 0
    panel_power_mw: int = 0
    harvested_nj: int = 0


class WorldClock(Protocol):
    """The true time, which the meter's own clock drifts away from."""

    def now_s(self) -> float:
        """Seconds since the world began."""
        ...

    def utc(self) -> datetime:
        """The true instant, aware, in UTC."""
        ...
