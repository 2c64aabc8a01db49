"""Order lifecycle: the states as a table of transitions, the one place that applies them, reports and expiry.

WAITING may be begun; RUNNING was sent, or is about to be; UNSURE was sent and the meter's outcome is unknown.
From UNSURE an order is only left by looking at the meter: it is neither taken back nor tried blindly.
`order_ended` is sent after the commit, with `order` (`system.head_end.api_types.OrderView`); a listener that
must not miss one asks `system.head_end.api` again later, as a process can die between commit and listener.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.dispatch import Signal

from system.config.clock import security_now
from system.head_end.models import Channel, MeterAccess, OrderProgress, OrderStep
from system.head_end.store_port import OrderReport
from system.head_end.vocabulary import ENDED, OrderKind, OrderState, Reason

order_ended = Signal()


_S = OrderState


class OrderEvent(StrEnum):
    """Event in the life of an order."""

    BEGIN = "begin"
    DO = "do"
    REFUSE = "refuse"
    FAIL = "fail"
    POSTPONE = "postpone"
    LOSE = "lose"
    EXPIRE = "expire"
    CANCEL = "cancel"


_E = OrderEvent

TRANSITIONS: Mapping[tuple[OrderState, OrderEvent], OrderState] = {
    (_S.WAITING, _E.BEGIN): _S.RUNNING,
    (_S.WAITING, _E.POSTPONE): _S.WAITING,
    (_S.WAITING, _E.DO): _S.DONE,
    (_S.WAITING, _E.REFUSE): _S.REFUSED,
    (_S.WAITING, _E.FAIL): _S.FAILED,
    (_S.WAITING, _E.EXPIRE): _S.EXPIRED,
    (_S.WAITING, _E.CANCEL): _S.CANCELLED,
    (_S.RUNNING, _E.DO): _S.DONE,
    (_S.RUNNING, _E.REFUSE): _S.REFUSED,
    (_S.RUNNING, _E.FAIL): _S.FAILED,
    (_S.RUNNING, _E.POSTPONE): _S.WAITING,
    (_S.RUNNING, _E.LOSE): _S.UNSURE,
    (_S.UNSURE, _E.BEGIN): _S.RUNNING,
    (_S.UNSURE, _E.POSTPONE): _S.UNSURE,
    (_S.UNSURE, _E.LOSE): _S.UNSURE,
    (_S.UNSURE, _E.DO): _S.DONE,
    (_S.UNSURE, _E.REFUSE): _S.REFUSED,
    (_S.UNSURE, _E.FAIL): _S.FAILED,
    (_S.UNSURE, _E.EXPIRE): _S.EXPIRED,
}

#: What a collector reports -> what happens to the order.
REPORTED: Mapping[OrderState, OrderEvent] = {
    _S.DONE: _E.DO,
    _S.REFUSED: _E.REFUSE,
    _S.FAILED: _E.FAIL,
    _S.WAITING: _E.POSTPONE,
    _S.UNSURE: _E.LOSE,
}

#: Seconds until the next attempt after the first, second … one; the last goes on.
RETRY_S: tuple[int, ...] = (30, 60, 120, 300, 600, 900)


def next_state(state: OrderState, event: OrderEvent, *, unsure: bool = False) -> OrderState | None:
    """State after an event; None: the event cannot happen in this state.

    Args:
        state: where it stands.
        event: what happens.
        unsure: it was sent once and its answer lost. Such an order is postponed into UNSURE, as "not begun
            this time" says nothing about that time.

    >>> next_state(OrderState.RUNNING, OrderEvent.POSTPONE, unsure=True)
    <OrderState.UNSURE: 'unsure'>
    """
    found = TRANSITIONS.get((state, event))
    if found is OrderState.WAITING and unsure:
        return OrderState.UNSURE
    return found


def retry_after_s(attempts: int) -> int:
    """Rest of an order after so many attempts, s."""
    return RETRY_S[min(max(attempts, 1), len(RETRY_S)) - 1]


@dataclass(frozen=True, slots=True)
class Transition:
    """Event of one order, with its circumstances.

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


def apply_transition(progress: OrderProgress, what: Transition) -> bool:
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


def _change(progress: OrderProgress, what: Transition, before: OrderState, after: OrderState) -> None:
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


def _end(progress: OrderProgress, what: Transition) -> None:
    if progress.state != OrderState.DONE.value:
        _end_followers(progress, what)
    transaction.on_commit(lambda: _send_ended(progress.order_id))


def _end_followers(progress: OrderProgress, what: Transition) -> None:
    """Cancel the followers: a credit token is of no use where the new key is missing."""
    waiting = OrderProgress.objects.select_for_update().filter(
        order__after_id=progress.order_id, state=OrderState.WAITING.value
    )
    for follower in waiting:
        result = {"note": "predecessor", "predecessor": str(progress.order_id)}
        apply_transition(
            follower, Transition(OrderEvent.CANCEL, what.at, what.reason, result, user=what.user)
        )


def _send_ended(order_id: Any) -> None:
    from system.head_end.selectors.orders import view_by_id

    view = view_by_id(order_id)
    order_ended.send_robust(sender=view.kind.value, order=view)


#: Words that a report may bring into the row of a meter, and the kinds that may say them.
_RELAY_FIELDS = ("output_state", "control_state")


def may_begin(channel: Channel, report: OrderReport) -> bool:
    """Let an order begin, within the caller's transaction, which holds the lease of `channel`.

    Returns:
        False where it was cancelled, is over, is too late, is not behind this channel, or waits for another.
    """
    progress = _locked_progress(report, channel)
    if progress is None:
        return False
    after = progress.order.after
    if after is not None and after.progress.state != OrderState.DONE.value:
        return False
    if report.at > progress.deadline:
        apply_transition(progress, _transition(OrderEvent.EXPIRE, report, channel, Reason.DEADLINE))
        return False
    return apply_transition(progress, _transition(OrderEvent.BEGIN, report, channel))


def report_order(channel: Channel, report: OrderReport) -> bool:
    """Keep how an attempt went, within the caller's transaction; False where that cannot be any more.

    What is reported again of an order that has ended changes nothing.
    """
    progress = _locked_progress(report, channel)
    event = REPORTED.get(report.state)
    if progress is None or event is None or OrderState(progress.state) in ENDED:
        return False
    if progress.state == OrderState.RUNNING.value and progress.lease_number != channel.lease_number:
        return False
    moved = apply_transition(progress, _transition(event, report, channel, report.reason))
    if moved:
        _note_meter(progress, report.result, report.at)
    return moved


def _locked_progress(report: OrderReport, channel: Channel) -> OrderProgress | None:
    found: OrderProgress | None = (
        OrderProgress.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(order_id=report.order_id, device__field_access__channel=channel)
        .first()
    )
    return found


def _transition(
    event: OrderEvent, report: OrderReport, channel: Channel, reason: Reason | None = None
) -> Transition:
    return Transition(
        event,
        report.at,
        reason,
        dict(report.result),
        dict(report.evidence),
        collector=channel.leased_by,
        lease_channel_id=channel.pk,
        lease_number=channel.lease_number,
    )


def _note_meter(progress: OrderProgress, result: Mapping[str, Any], at: datetime) -> None:
    """Note on the meter's row what was read back of relay and mode."""
    kind = OrderKind(progress.order.kind)
    told: dict[str, Any] = {}
    if kind in {OrderKind.CUT, OrderKind.RECONNECT} and any(word in result for word in _RELAY_FIELDS):
        told = {word: result[word] for word in _RELAY_FIELDS if word in result}
        told["switch_seen_at"] = at
    if kind is OrderKind.MODE and progress.state == OrderState.DONE.value:
        told = {"mode": str(result.get("mode", ""))[:20]}
    if told:
        MeterAccess.objects.filter(device_id=progress.device_id).update(**told)


#: So many at once; the others come next time.
_EXPIRED_MAX = 200


def expire_orders(now: datetime) -> int:
    """End what is too late, within the caller's transaction; how many.

    One that is UNSURE ends, too, and its result says that nobody knows what the meter did.
    """
    late: Any = OrderProgress.objects.filter(
        state__in=[OrderState.WAITING.value, OrderState.UNSURE.value], deadline__lt=now
    ).order_by("deadline")
    if connection.features.has_select_for_update_skip_locked:
        late = late.select_for_update(skip_locked=True)
    rows = list(late[:_EXPIRED_MAX])
    for progress in rows:
        result = {"note": "unsure"} if progress.unsure else {}
        apply_transition(progress, Transition(OrderEvent.EXPIRE, now, Reason.DEADLINE, result))
    return len(rows)
