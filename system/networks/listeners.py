"""Sales, reversals and orders of which a network is told: in their own transaction where there is one."""

import logging
from typing import Any

from django.db.models.signals import post_save

from system.head_end.api import order_ended
from system.head_end.api_types import OrderView
from system.networks.models import NetworkDelivery, NetworkSale
from system.networks.services.deliver import end_delivery
from system.networks.services.settle_sale import settle_sale, tell_reversal
from system.networks.webhooks.events import events_of, of_delivery
from system.networks.webhooks.outbox import tell
from system.vending.delivery.completion import delivery_ended
from system.vending.models import Reversal, Sale, SaleOutcome

_LOGGER = logging.getLogger("amibench.networks")
_HERE = "system.networks.listeners."


def listen() -> None:
    """Hear of them."""
    post_save.connect(_outcome, sender=SaleOutcome, dispatch_uid=_HERE + "outcome")
    post_save.connect(_reversal, sender=Reversal, dispatch_uid=_HERE + "reversal")
    delivery_ended.connect(_delivered, dispatch_uid=_HERE + "delivered")
    order_ended.connect(_order, dispatch_uid=_HERE + "order")


def _outcome(instance: SaleOutcome, **_: Any) -> None:
    settle_sale(instance.pk)


def _reversal(instance: Reversal, **_: Any) -> None:
    tell_reversal(instance.sale)


def _delivered(sale: Sale, states: Any, **_: Any) -> None:
    row = NetworkSale.objects.filter(pk=sale.pk).select_related("network").first()
    if row is None:
        return
    for event in events_of(states):
        tell(row.network, event, sale.pk, of_delivery(sale.pk, sale.drn, states))


def _order(order: OrderView, **_: Any) -> None:
    if order.sale_id is None:
        return
    row = NetworkDelivery.objects.filter(pk=order.sale_id).select_related("network").first()
    if row is None:
        return
    try:
        end_delivery(row)
    except Exception as error:  # the order is kept; the worker comes by and looks again
        _LOGGER.error("after the delivery %s: %s", row.pk, type(error).__name__)
