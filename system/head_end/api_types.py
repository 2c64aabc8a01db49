"""Types of the head-end's API: plain values, without Django."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from system.head_end.vocabulary import OrderKind, OrderState, Reason


class DeliveryState(StrEnum):
    """State of the tokens of a sale on their way into the meter."""

    WAITING = "waiting"
    RUNNING = "running"
    UNSURE = "unsure"
    ACCEPTED = "accepted"
    ALREADY_USED = "already-used"
    REFUSED = "refused"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class TokenDelivery:
    """One token on its way.

    Args:
        position: 1 for the first of the sale.
        answer: of the meter, as the standard names it (``Accept``, ``UsedError`` …); empty: none yet.
        note: ``already-used`` where the customer had typed it before.
        unsure: it was sent once, and its answer lost.
    """

    position: int
    order_id: uuid.UUID
    state: OrderState
    reason: Reason | None
    answer: str
    note: str
    at: datetime
    result: Mapping[str, Any] = field(default_factory=dict)
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """All tokens of a sale on their way.

    Args:
        sentence: Spanish, for who sells.
        answer: of the meter, to the token that decides: the first that did not go well, else the last.
        at: of the last change, UTC.
        deadline: later it is not tried.
    """

    sale_id: uuid.UUID
    state: DeliveryState
    sentence: str
    answer: str
    at: datetime
    deadline: datetime
    tokens: tuple[TokenDelivery, ...]

    @property
    def ended(self) -> bool:
        """True where nothing more will happen by itself."""
        return self.state not in {DeliveryState.WAITING, DeliveryState.RUNNING, DeliveryState.UNSURE}

    @property
    def in_meter(self) -> bool:
        """True where the meter has taken it, by this way or by the keypad."""
        return self.state in {DeliveryState.ACCEPTED, DeliveryState.ALREADY_USED}


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order, as other rooms see it.

    Args:
        sentence: Spanish: how it stands, and why.
        sale_id: whose token it carries; None for others.
    """

    id: uuid.UUID
    device_id: int
    kind: OrderKind
    state: OrderState
    reason: Reason | None
    sentence: str
    result: Mapping[str, Any]
    attempts: int
    asked_at: datetime
    deadline: datetime
    changed_at: datetime
    sale_id: uuid.UUID | None = None
    group_id: uuid.UUID | None = None

    @property
    def ended(self) -> bool:
        """True where nothing leaves its state."""
        return self.state in {
            OrderState.DONE,
            OrderState.REFUSED,
            OrderState.FAILED,
            OrderState.EXPIRED,
            OrderState.CANCELLED,
        }


@dataclass(frozen=True, slots=True)
class DayEnergy:
    """A business day (America/Bogota) of an installation: Wh, or None where readings are missing."""

    day: date
    energy_wh: int | None


class Quality(StrEnum):
    """Quality of a point of a curve."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    NONE_THERE = "none-there"
    NOT_READ = "not-read"


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A point of a curve.

    Args:
        ends_at: end of the interval, UTC.
        value: in the unit of the curve; None: a gap.
        quality: GOOD; DOUBTFUL: the meter marked it, or it is in quarantine (then without value); NONE_THERE:
            the meter says that it has nothing there; NOT_READ: nobody got an answer yet.
    """

    ends_at: datetime
    value: float | None
    quality: Quality


@dataclass(frozen=True, slots=True)
class Curve:
    """Values of one quantity of one meter, at a fixed step.

    Args:
        unit: ``Wh``, ``varh``, ``V``, ``A``, ``W`` …; empty where there is none.
        cumulative: a register that only counts up; False: values of each interval.
    """

    device_id: int
    obis: str
    unit: str
    period_s: int
    cumulative: bool
    points: tuple[CurvePoint, ...]

    @property
    def gaps(self) -> int:
        """Number of points without a value."""
        return sum(point.value is None for point in self.points)


@dataclass(frozen=True, slots=True)
class LastReading:
    """The newest value of the energy register that was kept.

    Args:
        energy_wh: imported active energy.
    """

    device_id: int
    at: datetime
    energy_wh: int
    obis: str
