"""Sales for a network: its limits, its commission, then a sale like any other; and how it ended."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from system.config.clock import business_day, business_now, security_now
from system.config.transactions import lock_row, write_transaction
from system.networks.api_keys import KeyHolder
from system.networks.errors import KeyReused, NetworkRefused, OverNetworkLimit
from system.networks.models import NetworkSale, NetworkSaleState
from system.networks.services.networks import commission_of
from system.networks.webhooks.events import Event, queue_event, sale_data
from system.vending.api import Sale, SaleOutcome, SaleRequest, UnableToSell, pesos, sell_energy

# --- End of a sale: recorded once, with its webhooks, in one transaction

_OPEN = NetworkSaleState.OPEN


def settle_sale(sale_id: uuid.UUID) -> bool:
    """Record the end of a sale; False where it has not ended, or was recorded before."""
    row = NetworkSale.objects.filter(pk=sale_id, state=_OPEN).select_related("network").first()
    if row is None:
        return False
    outcome = SaleOutcome.objects.filter(pk=sale_id).select_related("sale").first()
    if outcome is None:
        return False
    with write_transaction():
        mine = NetworkSale.objects.filter(pk=sale_id, state=_OPEN)
        if not outcome.minted:
            return bool(mine.update(state=NetworkSaleState.REFUSED, reason=outcome.reason[:200]))
        if not mine.update(state=NetworkSaleState.SOLD):
            return False
        queue_event(row.network, Event.SALE_DONE, sale_id, sale_data(outcome.sale, row.commission_c))
    return True


def announce_reversal(sale: Sale) -> bool:
    """Queue the event of a reversal; False where it is no network's, or was queued."""
    rows = NetworkSale.objects.filter(pk=sale.pk, told_reversed=False)
    row = rows.select_related("network").first()
    if row is None:
        return False
    with write_transaction():
        if not rows.update(told_reversed=True):
            return False
        queue_event(row.network, Event.SALE_REVERSED, sale.pk, sale_data(sale, row.commission_c))
    return True


# --- Sale within the network's limits


@dataclass(frozen=True, slots=True)
class NetworkSaleRequest:
    """Sale that a network requests.

    Args:
        id: the idempotency key.
        meter: DRN or serial.
        amount_c: centavos of COP.
    """

    id: uuid.UUID
    meter: str
    amount_c: int

    def fingerprint(self) -> str:
        """Digest of the request, which the same id must have again."""
        return fingerprint("sale", self.meter, self.amount_c)


def fingerprint(*said: Any) -> str:
    """SHA-256 of a request."""
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def sell_for_network(holder: KeyHolder, request: NetworkSaleRequest) -> tuple[NetworkSale, Sale]:
    """Sell. The same request again gives the same sale with the same tokens.

    Raises:
        KeyReused: the id was used for something else.
        OverNetworkLimit: a limit of the network would be passed.
        UnableToSell: refused; nothing was charged.
        SalePending: the security module did not answer; ask again with the same id.
    """
    row = _register(holder, request)
    try:
        sale = sell_energy(
            holder.agent, holder.network.shift, SaleRequest(request.id, request.meter, request.amount_c)
        )
    except UnableToSell as error:
        open_ones = NetworkSale.objects.filter(pk=row.pk, state=NetworkSaleState.OPEN)
        open_ones.update(state=NetworkSaleState.REFUSED, reason=str(error)[:200])
        raise
    settle_sale(row.pk)
    row.refresh_from_db()
    return row, sale


def _register(holder: KeyHolder, request: NetworkSaleRequest) -> NetworkSale:
    """The row of a request: known, or new and within the limits. Concurrent sales of a network wait here."""
    with write_transaction():
        lock_row(holder.network)
        row: NetworkSale | None = NetworkSale.objects.filter(pk=request.id).first()
        if row is not None and (row.network_id, row.fingerprint) != (
            holder.network.pk,
            request.fingerprint(),
        ):
            raise KeyReused
        if row is None and Sale.objects.filter(pk=request.id).exists():
            raise KeyReused
        if row is not None and row.state != NetworkSaleState.REFUSED:
            return row
        if row is not None and Sale.objects.filter(pk=request.id).exists():
            return row  # it was cancelled in the module: the sale says why
        day = business_day(business_now())
        _check_limits(holder, request, day)
        row, _ = NetworkSale.objects.update_or_create(
            id=request.id,
            defaults={
                "provider_id": holder.network.provider_id,
                "network": holder.network,
                "key": holder.key,
                "fingerprint": request.fingerprint(),
                "meter": request.meter,
                "amount_c": request.amount_c,
                "commission_c": commission_of(holder.network).of(request.amount_c),
                "state": NetworkSaleState.OPEN,
                "reason": "",
                "business_day": day,
                "asked_at": security_now(),
            },
        )
        return row


def _check_limits(holder: KeyHolder, request: NetworkSaleRequest, day: Any) -> None:
    network = holder.network
    if request.amount_c <= 0:
        raise NetworkRefused("El valor debe ser mayor que cero.")
    if request.amount_c > network.sale_max_c:
        raise OverNetworkLimit(f"El valor pasa el máximo por venta de esta red: {pesos(network.sale_max_c)}.")
    left_c = network.day_max_c - sold_c(network, day)
    if request.amount_c > left_c:
        raise OverNetworkLimit(f"El valor pasa lo que queda del máximo diario: {pesos(max(0, left_c))}.")


def sold_c(network: Any, day: Any) -> int:
    """Amount that counts against the limit of a day: sold, and under way."""
    counted = [NetworkSaleState.OPEN, NetworkSaleState.SOLD]
    rows = NetworkSale.objects.filter(network=network, business_day=day, state__in=counted)
    return int(rows.aggregate(total=Sum("amount_c"))["total"] or 0)
