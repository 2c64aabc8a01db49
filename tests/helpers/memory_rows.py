"""What the store in memory holds: channels with who works there, meters with what is wanted, orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from system.head_end.store_port import Channel, DueOrder, MeterTarget
from system.head_end.vocabulary import OrderState, Reason

BEGAN = datetime(2026, 1, 1, 5, tzinfo=UTC)


@dataclass
class MeterPlan:
    """What is wanted of a meter: profiles with their periods, logs, and whether its clock is kept."""

    meter: MeterTarget
    profiles: dict[str, int] = field(default_factory=dict)
    logs: tuple[str, ...] = ()
    clock: bool = False
    every_s: float = 900.0
    since: datetime = BEGAN
    next_at: datetime = BEGAN
    failures: int = 0
    logs_at: datetime = BEGAN
    clock_at: datetime = BEGAN


@dataclass
class ChannelPlan:
    """A channel, who works behind it, and its meters."""

    channel: Channel
    meters: dict[int, MeterPlan] = field(default_factory=dict)
    number: int = 0
    until: datetime = BEGAN
    next_at: datetime = BEGAN
    failures: int = 0
    visited_at: datetime | None = None
    reading_cursor: int = 0
    event_cursor: int = 0


@dataclass
class OrderLine:
    """An order and all that was reported of it."""

    work: DueOrder
    state: OrderState = OrderState.WAITING
    next_at: datetime = BEGAN
    reason: Reason | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    history: list[OrderState] = field(default_factory=list)
