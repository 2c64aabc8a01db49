"""How a network's sale ended, and the webhooks that tell it: once, in one transaction.

Called inside the sale's own transaction (`system.networks.listeners`), and by the worker for what a crash
left behind.
"""

import uuid

from system.config.writer import writing
from system.networks.models import NetworkSale, NetworkSaleState
from system.networks.webhooks.events import Event, of_sale
from system.networks.webhooks.outbox import tell
from system.vending.models import Sale, SaleOutcome

OPEN = NetworkSaleState.OPEN


def settle_sale(sale_id: uuid.UUID) -> bool:
    """Write down how it ended; False where it has not ended, or was written down before."""
    row = NetworkSale.objects.filter(pk=sale_id, state=OPEN).select_related("network").first()
    if row is None:
        return False
    outcome = SaleOutcome.objects.filter(pk=sale_id).select_related("sale").first()
    if outcome is None:
        return False
    with writing():
        mine = NetworkSale.objects.filter(pk=sale_id, state=OPEN)
        if not outcome.minted:
            return bool(mine.update(state=NetworkSaleState.REFUSED, reason=outcome.reason[:200]))
        if not mine.update(state=NetworkSaleState.SOLD):
            return False
        tell(row.network, Event.SALE_DONE, sale_id, of_sale(outcome.sale, row.commission_c))
    return True


def tell_reversal(sale: Sale) -> bool:
    """Tell that a sale was taken back; False where it is no network's, or was told."""
    rows = NetworkSale.objects.filter(pk=sale.pk, told_reversed=False)
    row = rows.select_related("network").first()
    if row is None:
        return False
    with writing():
        if not rows.update(told_reversed=True):
            return False
        tell(row.network, Event.SALE_REVERSED, sale.pk, of_sale(sale, row.commission_c))
    return True
