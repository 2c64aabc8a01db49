"""Completion of a delivery, once the meter has answered or will not: messages, and `delivery_ended`.

The head-end tells of ended orders after its commit; a process may die in between, so the worker looks at open
deliveries as well. What follows is written once, in one transaction. `delivery_ended` is sent inside it, with
`sale` and `states` (`system.vending.delivery.carriers.TokenState`).
"""

import logging
from collections.abc import Sequence
from typing import Any

from django.dispatch import Signal

from system.config.clock import security_now
from system.config.transactions import write_transaction
from system.head_end.api import ENDED, OrderView, order_ended
from system.vending.delivery.carriers import TokenState, token_ended, token_states
from system.vending.delivery.messages import queue_message, queue_token_messages
from system.vending.delivery.models import HandOver, HandOverState
from system.vending.delivery.status import USED, delivered, executed
from system.vending.models import Sale

delivery_ended = Signal()


_LOGGER = logging.getLogger("amibench.delivery")


def connect() -> None:
    """Hear of orders that ended at the own head-end, and of tokens that ended at one elsewhere."""
    order_ended.connect(_on_order_ended, dispatch_uid="system.vending.delivery.completion")
    token_ended.connect(_on_token_ended, dispatch_uid="system.vending.delivery.completion.remote")


def _on_order_ended(order: OrderView, **_: Any) -> None:
    if order.sale_id is None:
        return
    sale = Sale.objects.filter(pk=order.sale_id).first()
    if sale is None:
        return
    try:
        complete(sale)
    except Exception as error:  # the order is kept; the worker comes by and looks again
        _LOGGER.error("after the delivery of sale %s: %s", sale.pk, type(error).__name__)


def _on_token_ended(sale: Sale, **_: Any) -> None:
    complete(sale)


def complete(sale: Sale) -> bool:
    """Write down what follows, if the delivery has ended and nobody did; whether it was done now."""
    with write_transaction():
        states = token_states(sale)
        if not states or any(state.state not in ENDED for state in states):
            return False
        open_ones = HandOver.objects.filter(pk=sale.pk, state=HandOverState.HANDED, ended_at__isnull=True)
        if not open_ones.update(ended_at=security_now()):
            return False
        _message_customer(sale, states)
        delivery_ended.send(sender=HandOver, sale=sale, states=states)
    return True


def complete_open(most: int = 200) -> int:
    """End what has ended without our hearing of it; how many."""
    rows = HandOver.objects.filter(state=HandOverState.HANDED, ended_at__isnull=True)
    return sum(complete(row.sale) for row in rows.select_related("sale").order_by("pk")[:most])


def _message_customer(sale: Sale, states: Sequence[TokenState]) -> None:
    if not all(executed(state) for state in states):
        if not all(delivered(state) for state in states):
            queue_token_messages(sale, "failed")
        return
    typed_before = states[-1].answer == USED and not states[-1].already
    queue_message(sale, "used" if typed_before else "accepted")
