"""Take back an order that was not sent yet."""

import uuid
from typing import Any

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToOrder
from system.head_end.models import Order, OrderProgress
from system.head_end.orders.moving import Move, move
from system.head_end.orders.transitions import OrderEvent
from system.head_end.vocabulary import OrderState


def cancel_order(user: User, order_id: uuid.UUID) -> Order:
    """Take it back, and what waits for it; again is no error.

    Raises:
        UnableToOrder: the user may not, it does not exist, was sent already, or has ended otherwise.
    """
    if not user.may(Operation.CANCEL_ORDER):
        raise UnableToOrder("Su rol no permite anular órdenes.")
    with writing():
        rows: Any = OrderProgress.objects.of(user).select_for_update()
        progress: OrderProgress | None = rows.filter(order_id=order_id).first()
        if progress is None:
            raise UnableToOrder("Esa orden no existe.")
        if progress.state == OrderState.CANCELLED.value:
            return progress.order
        if not move(progress, Move(OrderEvent.CANCEL, business_now(), user=user)):
            raise UnableToOrder(_WHY_NOT.get(OrderState(progress.state), "La orden ya terminó."))
        audit.record(Operation.CANCEL_ORDER.value, user=user, subject=f"order:{order_id}")
        return progress.order


_WHY_NOT = {
    OrderState.RUNNING: "La orden se está enviando al medidor: ya no se puede anular.",
    OrderState.UNSURE: "La orden ya se envió y falta saber qué hizo el medidor: no se puede anular.",
    OrderState.DONE: "La orden ya se cumplió.",
}
