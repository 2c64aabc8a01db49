"""Take back what was not sent yet of a group."""

from typing import Any

from django.db import IntegrityError

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToOrder
from system.head_end.models import OrderGroup, OrderGroupAbort, OrderProgress
from system.head_end.orders.moving import Move, move
from system.head_end.orders.transitions import OrderEvent
from system.head_end.vocabulary import OrderState


def abort_group(user: User, group: OrderGroup) -> OrderGroupAbort:
    """Cancel every order of it that was not sent; again changes nothing.

    What was sent goes on: a meter that has its order is not told the contrary.

    Raises:
        UnableToOrder: the user may not.
    """
    if group.provider_id != user.provider_id or not user.may(Operation.CANCEL_ORDER):
        raise UnableToOrder("Su rol no permite anular órdenes.")
    known: OrderGroupAbort | None = OrderGroupAbort.objects.filter(group=group).first()
    if known is not None:
        return known
    now = business_now()
    try:
        with writing():
            rows: Any = OrderProgress.objects.select_for_update().filter(
                order__group=group, state=OrderState.WAITING.value
            )
            cancelled = sum(move(row, Move(OrderEvent.CANCEL, now, user=user)) for row in rows)
            abort = OrderGroupAbort(
                group=group,
                provider_id=group.provider_id,
                aborted_by=user,
                aborted_at=now,
                cancelled=cancelled,
            )
            abort.save()
            audit.record(
                Operation.CANCEL_ORDER.value,
                user=user,
                subject=f"group:{group.pk}",
                detail={"cancelled": cancelled},
            )
            return abort
    except IntegrityError:
        found: OrderGroupAbort = OrderGroupAbort.objects.get(group=group)
        return found
