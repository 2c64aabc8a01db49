"""What the worker does here; each verb is safe to repeat, and answers one line or none."""

from datetime import timedelta

from system.config.clock import business_day, business_now, security_now
from system.networks.models import Network, NetworkDelivery, NetworkSale, NetworkSaleState, Settlement
from system.networks.services.deliver import end_delivery
from system.networks.services.settle_day import settle_day
from system.networks.services.settle_sale import settle_sale, tell_reversal
from system.networks.webhooks.sending import send_due
from system.vending.models import Sale

PIECE = 200
#: A sale that was registered and of which the ledger knows nothing is nobody's after so long, seconds.
LOST_S = 600.0


def settle_sales() -> str:
    """Sales, reversals and deliveries that ended without our hearing of it; and yesterday's settlement."""
    ended = _sales() + _reversals() + _deliveries()
    settled = _days()
    return f"ended {ended}, settled {settled}" if ended or settled else ""


def send_webhooks() -> str:
    """Send what networks are to be told."""
    received, missed = send_due()
    return f"received {received}, not received {missed}" if missed else ""


def _sales() -> int:
    rows = NetworkSale.objects.filter(state=NetworkSaleState.OPEN).order_by("asked_at")
    ended = sum(settle_sale(row.pk) for row in rows[:PIECE])
    # registered, and the process died before the ledger knew of it: nothing was charged
    old = rows.filter(asked_at__lte=security_now() - timedelta(seconds=LOST_S))
    for row in old[:PIECE]:
        if not Sale.objects.filter(pk=row.pk).exists():
            NetworkSale.objects.filter(pk=row.pk, state=NetworkSaleState.OPEN).update(
                state=NetworkSaleState.REFUSED, reason="La solicitud se interrumpió: no se cobró."
            )
    return ended


def _reversals() -> int:
    sold = NetworkSale.objects.filter(state=NetworkSaleState.SOLD, told_reversed=False)
    reversed_ones = Sale.objects.filter(pk__in=sold.values("pk"), reversal__isnull=False)
    return sum(tell_reversal(sale) for sale in reversed_ones[:PIECE])


def _deliveries() -> int:
    rows = NetworkDelivery.objects.filter(ended_at__isnull=True).select_related("network")
    return sum(end_delivery(row) for row in rows.order_by("asked_at")[:PIECE])


def _days() -> int:
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
