"""What follows when the meter has answered, or will not: messages, and word to who sold.

The head-end tells of ended orders after its commit; a process may die in between, so the worker looks at open
deliveries as well. What follows is written once, in one transaction.
"""

import logging
from collections.abc import Sequence
from typing import Any

from system.config.clock import security_now
from system.config.writer import writing
from system.head_end.api import order_ended
from system.head_end.api_types import OrderView
from system.head_end.vocabulary import ENDED
from system.vending.delivery.carriers import TokenState, look
from system.vending.delivery.following import USED, delivered, executed
from system.vending.delivery.models import HandOver, HandOverState
from system.vending.delivery.outbox import queue, queue_token
from system.vending.delivery.signals import delivery_ended
from system.vending.models import Sale

_LOGGER = logging.getLogger("amibench.delivery")


def listen() -> None:
    """Hear of orders that ended."""
    order_ended.connect(_heard, dispatch_uid="system.vending.delivery.after")


def _heard(order: OrderView, **_: Any) -> None:
    if order.sale_id is None:
        return
    sale = Sale.objects.filter(pk=order.sale_id).first()
    if sale is None:
        return
    try:
        ended(sale)
    except Exception as error:  # the order is kept; the worker comes by and looks again
        _LOGGER.error("after the delivery of sale %s: %s", sale.pk, type(error).__name__)


def ended(sale: Sale) -> bool:
    """Write down what follows, if the delivery has ended and nobody did; whether it was done now."""
    with writing():
        states = look(sale)
        if not states or any(state.state not in ENDED for state in states):
            return False
        open_ones = HandOver.objects.filter(pk=sale.pk, state=HandOverState.HANDED, ended_at__isnull=True)
        if not open_ones.update(ended_at=security_now()):
            return False
        _tell_customer(sale, states)
        delivery_ended.send(sender=HandOver, sale=sale, states=states)
    return True


def look_at_open(most: int = 200) -> int:
    """End what has ended without our hearing of it; how many."""
    rows = HandOver.objects.filter(state=HandOverState.HANDED, ended_at__isnull=True)
    return sum(ended(row.sale) for row in rows.select_related("sale").order_by("pk")[:most])


def _tell_customer(sale: Sale, states: Sequence[TokenState]) -> None:
    if not all(executed(state) for state in states):
        if not all(delivered(state) for state in states):
            queue_token(sale, "failed")
        return
    typed_before = states[-1].answer == USED and not states[-1].already
    queue(sale, "used" if typed_before else "accepted")
