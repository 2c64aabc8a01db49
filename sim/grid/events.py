"""What happened to the supply, as ground truth: outages, sags and swells with cause, instants and points."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a customer notices."""

    OUTAGE = "outage"
    SAG = "sag"
    SWELL = "swell"


class Cause(StrEnum):
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

    kind: Kind
    cause: Cause
    begin_s: float
    end_s: float | None
    points: tuple[int, ...]
    residual: float = 0.0
