"""Orders whose deadline passed: they are not begun any more."""

from datetime import datetime
from typing import Any

from django.db import connection

from system.head_end.models import OrderProgress
from system.head_end.orders.moving import Move, move
from system.head_end.orders.transitions import OrderEvent
from system.head_end.vocabulary import OrderState, Reason

#: So many at once; the others come next time.
_MOST = 200


def expire_orders(now: datetime) -> int:
    """End what is too late, within the caller's transaction; how many.

    One that is UNSURE ends, too, and its result says that nobody knows what the meter did.
    """
    late: Any = OrderProgress.objects.filter(
        state__in=[OrderState.WAITING.value, OrderState.UNSURE.value], deadline__lt=now
    ).order_by("deadline")
    if connection.features.has_select_for_update_skip_locked:
        late = late.select_for_update(skip_locked=True)
    rows = list(late[:_MOST])
    for progress in rows:
        result = {"note": "unsure"} if progress.unsure else {}
        move(progress, Move(OrderEvent.EXPIRE, now, Reason.DEADLINE, result))
    return len(rows)
