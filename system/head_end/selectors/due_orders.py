"""Orders that are due for meters."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from system.head_end import desk
from system.head_end.models import MeterAccess, OrderProgress
from system.head_end.selectors.targets import in_parts, target_of
from system.head_end.vocabulary import OrderKind, OrderState

_OPEN = (OrderState.WAITING.value, OrderState.UNSURE.value)
#: Orders of one meter that one visit takes; the others come with the next.
PER_METER = 20


def due_orders(
    accesses: Sequence[MeterAccess], now: datetime
) -> Iterator[tuple[MeterAccess, desk.OrderWork | None, datetime]]:
    """(meter, order, now) of what is due, in the order of asking; (meter, None, when) of what will be.

    An order that comes after another is due with it, or once that one is done; only then may it begin.
    """
    by_device = {access.device_id: access for access in accesses}
    given: set[object] = set()
    count: Counter[int] = Counter()
    for row in _open_orders(list(by_device)):
        access, order = by_device[row.device_id], row.order
        if row.next_try_at > now:
            yield access, None, row.next_try_at
            continue
        if not _may_follow(row, given) or count[row.device_id] >= PER_METER:
            continue
        given.add(order.pk)
        count[row.device_id] += 1
        yield access, _work(access, row), now


def _open_orders(device_ids: Sequence[int]) -> Iterator[OrderProgress]:
    for part in in_parts(device_ids):
        yield from (
            OrderProgress.objects.filter(device_id__in=part, state__in=_OPEN)
            .select_related("order", "order__after__progress")
            .order_by("order__asked_at", "order__position", "order_id")
        )


def _may_follow(row: OrderProgress, given: set[object]) -> bool:
    after = row.order.after
    return after is None or after.pk in given or after.progress.state == OrderState.DONE.value


def _work(access: MeterAccess, row: OrderProgress) -> desk.OrderWork:
    return desk.OrderWork(
        id=row.order.pk,
        kind=OrderKind(row.order.kind),
        meter=target_of(access),
        parameters=row.order.parameters,
        deadline=row.deadline,
        attempt=row.attempts + 1,
        unsure=row.unsure,
        evidence=row.evidence,
    )
