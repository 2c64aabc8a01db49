"""The one place that moves an order: its row, the step that says so, and whoever listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from system.config.clock import security_now
from system.head_end.models import OrderProgress, OrderStep
from system.head_end.orders.transitions import OrderEvent, next_state, retry_after_s
from system.head_end.signals import order_ended
from system.head_end.vocabulary import ENDED, OrderState, Reason


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens to an order.

    Args:
        at: when, by the clock of whoever says so.
        result, evidence: added to what is known already.
        collector, lease_channel_id, lease_number: under which lease; none where people or time move it.
    """

    event: OrderEvent
    at: datetime
    reason: Reason | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    collector: str = ""
    lease_channel_id: int | None = None
    lease_number: int | None = None
    user: Any = None


#: Events after which an order is tried again.
_AGAIN = frozenset({OrderEvent.POSTPONE, OrderEvent.LOSE})


def move(progress: OrderProgress, what: Move) -> bool:
    """Let something happen to an order, within the caller's transaction, which has locked the row.

    Returns:
        False where the table of transitions has no such step; nothing was written.
    """
    before = OrderState(progress.state)
    after = next_state(before, what.event, unsure=progress.unsure)
    if after is None:
        return False
    _change(progress, what, before, after)
    progress.save()
    OrderStep(
        order_id=progress.order_id,
        number=progress.steps,
        event=what.event.value,
        before=before.value,
        after=after.value,
        at=what.at,
        wall_at=security_now(),
        reason=what.reason.value if what.reason else "",
        result=dict(what.result),
        collector=what.collector,
        lease_number=what.lease_number,
        user=what.user,
    ).save()
    if after in ENDED:
        _end(progress, what)
    return True


def _change(progress: OrderProgress, what: Move, before: OrderState, after: OrderState) -> None:
    progress.state = after.value
    progress.steps += 1
    progress.changed_at = what.at
    progress.unsure = progress.unsure or after is OrderState.UNSURE
    progress.reason = what.reason.value if what.reason else ""
    progress.result = {**progress.result, **what.result}
    progress.evidence = {**progress.evidence, **what.evidence}
    running = after is OrderState.RUNNING
    progress.lease_channel_id = what.lease_channel_id if running else None
    progress.lease_number = what.lease_number if running else None
    # what was begun was counted then
    if what.event is OrderEvent.BEGIN or (what.event in _AGAIN and before is not OrderState.RUNNING):
        progress.attempts += 1
    if what.event in _AGAIN:
        progress.next_try_at = what.at + timedelta(seconds=retry_after_s(progress.attempts))


def _end(progress: OrderProgress, what: Move) -> None:
    if progress.state != OrderState.DONE.value:
        _end_followers(progress, what)
    transaction.on_commit(lambda: _tell(progress.order_id))


def _end_followers(progress: OrderProgress, what: Move) -> None:
    """What had to come after it never can: a credit token is of no use where the new key is missing."""
    waiting = OrderProgress.objects.select_for_update().filter(
        order__after_id=progress.order_id, state=OrderState.WAITING.value
    )
    for follower in waiting:
        result = {"note": "predecessor", "predecessor": str(progress.order_id)}
        move(follower, Move(OrderEvent.CANCEL, what.at, what.reason, result, user=what.user))


def _tell(order_id: Any) -> None:
    from system.head_end.selectors.orders import view_by_id

    view = view_by_id(order_id)
    order_ended.send_robust(sender=view.kind.value, order=view)
