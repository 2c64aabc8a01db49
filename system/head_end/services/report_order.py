"""What a collector reports of an order: that it begins, and how it went."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from system.head_end.desk import OrderReport
from system.head_end.models import Channel, MeterAccess, OrderProgress
from system.head_end.orders.moving import Move, move
from system.head_end.orders.transitions import REPORTED, OrderEvent
from system.head_end.vocabulary import ENDED, OrderKind, OrderState, Reason

#: Words that a report may bring into the row of a meter, and the kinds that may say them.
_SWITCH = ("output_state", "control_state")


def may_begin(channel: Channel, report: OrderReport) -> bool:
    """Let an order begin, within the caller's transaction, which holds the lease of `channel`.

    Returns:
        False where it was cancelled, is over, is too late, is not behind this channel, or waits for another.
    """
    progress = _locked(report, channel)
    if progress is None:
        return False
    after = progress.order.after
    if after is not None and after.progress.state != OrderState.DONE.value:
        return False
    if report.at > progress.deadline:
        move(progress, _move(OrderEvent.EXPIRE, report, channel, Reason.DEADLINE))
        return False
    return move(progress, _move(OrderEvent.BEGIN, report, channel))


def report_order(channel: Channel, report: OrderReport) -> bool:
    """Keep how an attempt went, within the caller's transaction; False where that cannot be any more.

    What is reported again of an order that has ended changes nothing.
    """
    progress = _locked(report, channel)
    event = REPORTED.get(report.state)
    if progress is None or event is None or OrderState(progress.state) in ENDED:
        return False
    if progress.state == OrderState.RUNNING.value and progress.lease_number != channel.lease_number:
        return False
    moved = move(progress, _move(event, report, channel, report.reason))
    if moved:
        _tell_meter(progress, report.result, report.at)
    return moved


def _locked(report: OrderReport, channel: Channel) -> OrderProgress | None:
    found: OrderProgress | None = (
        OrderProgress.objects.select_for_update(of=("self",))
        .select_related("order")
        .filter(order_id=report.order_id, device__field_access__channel=channel)
        .first()
    )
    return found


def _move(event: OrderEvent, report: OrderReport, channel: Channel, reason: Reason | None = None) -> Move:
    return Move(
        event,
        report.at,
        reason,
        dict(report.result),
        dict(report.evidence),
        collector=channel.leased_by,
        lease_channel_id=channel.pk,
        lease_number=channel.lease_number,
    )


def _tell_meter(progress: OrderProgress, result: Mapping[str, Any], at: datetime) -> None:
    """What was read back of relay and mode is how the meter stands now."""
    kind = OrderKind(progress.order.kind)
    told: dict[str, Any] = {}
    if kind in {OrderKind.CUT, OrderKind.RECONNECT} and any(word in result for word in _SWITCH):
        told = {word: result[word] for word in _SWITCH if word in result}
        told["switch_seen_at"] = at
    if kind is OrderKind.MODE and progress.state == OrderState.DONE.value:
        told = {"mode": str(result.get("mode", ""))[:20]}
    if told:
        MeterAccess.objects.filter(device_id=progress.device_id).update(**told)
