"""Supply quality.

Outages, sags and swells at every point as events with cause and instants, the ground truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sim.grid.weather import Floats

# ---- events


class SupplyEventKind(StrEnum):
    """Kinds of event that a customer notices."""

    OUTAGE = "outage"
    SAG = "sag"
    SWELL = "swell"


class SupplyEventCause(StrEnum):
    """Why it happened; `LOAD` is a voltage that sags or rises under the feeder's own currents."""

    STORM = "storm"
    GENERATION = "generation"
    BATTERY = "battery"
    OVERLOAD = "overload"
    LINE_FAULT = "line-fault"
    PLANNED = "planned"
    SCHEDULE = "schedule"
    USER = "user"
    LOAD = "load"
    INRUSH = "inrush"
    SWITCHING = "switching"
    INJECTED = "injected"


@dataclass(frozen=True, slots=True)
class SupplyEvent:
    """One event at a set of points that began and ended together.

    Attributes:
        kind: outage, sag or swell.
        cause: why.
        begin_s, end_s: world seconds; `end_s` is None while it lasts.
        points: the points concerned, in feeder order.
        residual: the voltage over the nominal one at the worst point: 0 in an outage, highest in a swell.
    """

    kind: SupplyEventKind
    cause: SupplyEventCause
    begin_s: float
    end_s: float | None
    points: tuple[int, ...]
    residual: float = 0.0


# ---- monitor

OUTAGE, SAG, SWELL, HYSTERESIS = 0.1, 0.9, 1.1, 0.02
#: The kinds by their status, which is 1 to 3; 0 is a good voltage.
_KINDS = (SupplyEventKind.OUTAGE, SupplyEventKind.SAG, SupplyEventKind.SWELL)
CAUSES = tuple(SupplyEventCause)
CODE = {cause: index for index, cause in enumerate(CAUSES)}


class SupplyQualityMonitor:
    """Supply quality at every point.

    Args:
        points: how many.
    """

    __slots__ = ("_any", "_begin_s", "_cause", "_status", "_worst", "closed")

    def __init__(self, points: int) -> None:
        self._any = False
        self._status = np.zeros(points, dtype=np.int8)
        self._cause = np.zeros(points, dtype=np.int8)
        self._begin_s = np.zeros(points)
        self._worst = np.ones(points)
        self.closed: list[SupplyEvent] = []

    @property
    def open(self) -> list[SupplyEvent]:
        """The events that last, in the order of their beginning."""
        return self._events(np.flatnonzero(self._status > 0), None)

    def observe(self, voltage_share: Floats, cause: NDArray[np.int8], now_s: float) -> None:
        """Take the voltages (over the nominal one) that hold from now on, and why they would be wrong."""
        if not self._any and voltage_share.min() >= SAG and voltage_share.max() <= SWELL:
            return
        status = self._classify(voltage_share)
        # An outage that goes on for another reason is another outage.
        other = (status == 1) & (self._status == 1) & (cause != self._cause)
        changed = np.flatnonzero((status != self._status) | other)
        if len(changed):
            ended = changed[self._status[changed] > 0]
            self.closed += self._events(ended, now_s)
            self._status[changed] = status[changed]
            self._cause[changed] = cause[changed]
            self._begin_s[changed] = now_s
            self._worst[changed] = voltage_share[changed]
        self._any = bool(status.any())
        self._worst = np.where(
            status == 3, np.maximum(self._worst, voltage_share), np.minimum(self._worst, voltage_share)
        )

    def add(self, event: SupplyEvent) -> None:
        """Write an event that is over already, such as the inrush of a motor."""
        self.closed.append(event)

    def _classify(self, share: Floats) -> NDArray[np.int8]:
        low = np.where(self._status == 2, SAG + HYSTERESIS, SAG)
        high = np.where(self._status == 3, SWELL - HYSTERESIS, SWELL)
        return np.select([share < OUTAGE, share < low, share > high], [1, 2, 3], 0).astype(np.int8)

    def _events(self, points: NDArray[np.intp], end_s: float | None) -> list[SupplyEvent]:
        groups: dict[tuple[float, int, int], list[int]] = {}
        for point in points:
            key = (float(self._begin_s[point]), int(self._status[point]), int(self._cause[point]))
            groups.setdefault(key, []).append(int(point))
        return [self._event(key, group, end_s) for key, group in sorted(groups.items())]

    def _event(self, key: tuple[float, int, int], group: Sequence[int], end_s: float | None) -> SupplyEvent:
        begin_s, status, cause = key
        kind = _KINDS[status - 1]
        worst = self._worst[list(group)]
        residual = float(worst.max() if kind is SupplyEventKind.SWELL else worst.min())
        return SupplyEvent(kind, CAUSES[cause], begin_s, end_s, tuple(group), residual)
