"""Outcome of an order, and the marks of an attempt; apart because every kind of order makes one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from system.head_end.acquisition.failures import Failure
from system.head_end.vocabulary import OrderState, Reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of an attempt.

    Args:
        state: DONE, REFUSED, FAILED, UNSURE or WAITING.
        failure: where it did not go well.
        result: what the meter said.
    """

    state: OrderState
    failure: Failure | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


def done(result: Mapping[str, Any]) -> Outcome:
    """It was done."""
    return Outcome(OrderState.DONE, None, result)


def refused(reason: Reason, detail: str, result: Mapping[str, Any] | None = None) -> Outcome:
    """The meter will not do it, however often it is asked."""
    return Outcome(OrderState.REFUSED, Failure(reason, detail), result or {})


def impossible(detail: str) -> Outcome:
    """The order itself cannot be carried out."""
    return Outcome(OrderState.FAILED, Failure(Reason.NOT_UNDERSTOOD, detail))


@dataclass(slots=True)
class Attempt:
    """One attempt at an order.

    Attributes:
        acted: something that acts was sent: from now on silence leaves the outcome open.
        evidence: what was found before; kept for later attempts.
    """

    acted: bool = False
    evidence: dict[str, Any] = field(default_factory=dict)
