"""Follow-up of sales, reversals and deliveries of networks.

Signals record them in their own transaction where there is one; the worker's verbs, safe to repeat, take up
what a crash left behind, settle the day before and send webhooks.
"""

import logging
from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save

from system.config.clock import business_day, business_now, security_now
from system.head_end.api import OrderView, order_ended
from system.networks.models import Network, NetworkDelivery, NetworkSale, NetworkSaleState, Settlement
from system.networks.services.deliveries import end_delivery
from system.networks.services.sales import announce_reversal, settle_sale
from system.networks.services.settlements import settle_day
from system.networks.webhooks.events import delivery_data, delivery_events, queue_event
from system.networks.webhooks.sending import send_due
from system.vending.api import Reversal, Sale, SaleOutcome, delivery_ended

# --- Signals

_LOGGER = logging.getLogger("amibench.networks")
_DISPATCH = "system.networks.follow_up."


def connect_receivers() -> None:
    """Connect the receivers."""
    post_save.connect(_on_outcome, sender=SaleOutcome, dispatch_uid=_DISPATCH + "outcome")
    post_save.connect(_on_reversal, sender=Reversal, dispatch_uid=_DISPATCH + "reversal")
    delivery_ended.connect(_on_delivery, dispatch_uid=_DISPATCH + "delivered")
    order_ended.connect(_on_order, dispatch_uid=_DISPATCH + "order")


def _on_outcome(instance: SaleOutcome, **_: Any) -> None:
    settle_sale(instance.pk)


def _on_reversal(instance: Reversal, **_: Any) -> None:
    announce_reversal(instance.sale)


def _on_delivery(sale: Sale, states: Any, **_: Any) -> None:
    row = NetworkSale.objects.filter(pk=sale.pk).select_related("network").first()
    if row is None:
        return
    for event in delivery_events(states):
        queue_event(row.network, event, sale.pk, delivery_data(sale.pk, sale.drn, states))


def _on_order(order: OrderView, **_: Any) -> None:
    if order.sale_id is None:
        return
    row = NetworkDelivery.objects.filter(pk=order.sale_id).select_related("network").first()
    if row is None:
        return
    try:
        end_delivery(row)
    except Exception as error:  # the order is kept; the worker comes by and looks again
        _LOGGER.error("after the delivery %s: %s", row.pk, type(error).__name__)


# --- Worker

BATCH_ROWS = 200
#: A registered sale that the ledger does not know is given up after so long, seconds.
ORPHAN_AFTER_S = 600.0


def follow_up() -> str:
    """Sales, reversals and deliveries whose signal was lost; and the settlement of the day before."""
    ended = _settle_open_sales() + _announce_reversals() + _end_open_deliveries()
    settled = _settle_days()
    return f"ended {ended}, settled {settled}" if ended or settled else ""


def send_webhooks() -> str:
    """Send webhooks that are due."""
    received, missed = send_due()
    return f"received {received}, not received {missed}" if missed else ""


def _settle_open_sales() -> int:
    rows = NetworkSale.objects.filter(state=NetworkSaleState.OPEN).order_by("asked_at")
    ended = sum(settle_sale(row.pk) for row in rows[:BATCH_ROWS])
    # registered, and the process died before the ledger knew of it: nothing was charged
    old = rows.filter(asked_at__lte=security_now() - timedelta(seconds=ORPHAN_AFTER_S))
    for row in old[:BATCH_ROWS]:
        if not Sale.objects.filter(pk=row.pk).exists():
            NetworkSale.objects.filter(pk=row.pk, state=NetworkSaleState.OPEN).update(
                state=NetworkSaleState.REFUSED, reason="La solicitud se interrumpió: no se cobró."
            )
    return ended


def _announce_reversals() -> int:
    sold = NetworkSale.objects.filter(state=NetworkSaleState.SOLD, told_reversed=False)
    reversed_ones = Sale.objects.filter(pk__in=sold.values("pk"), reversal__isnull=False)
    return sum(announce_reversal(sale) for sale in reversed_ones[:BATCH_ROWS])


def _end_open_deliveries() -> int:
    rows = NetworkDelivery.objects.filter(ended_at__isnull=True).select_related("network")
    return sum(end_delivery(row) for row in rows.order_by("asked_at")[:BATCH_ROWS])


def _settle_days() -> int:
    day = business_day(business_now()) - timedelta(days=1)
    settled = 0
    for network in Network.objects.all():
        if business_day(network.created_at) > day:
            continue
        last = Settlement.objects.filter(network=network).order_by("-number").first()
        if last is None or last.day < day:
            settle_day(network, day)
            settled += 1
    return settled
