"""Sale of energy: price with the house's limits, ledger entries, vend transaction under the caller's id."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day, business_now
from system.config.transactions import write_transaction
from system.registry.models import AgreementMode
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, OverLimit, account_of
from system.vending.models import (
    AccountKind,
    MovementKind,
    ObligationRow,
    Sale,
    SaleKind,
    Shift,
)
from system.vending.pricing import LineKind, PricingError, Quote, amount_for, price_sale
from system.vending.pricing.explain import pesos
from system.vending.selectors.supply import Supply, UnknownMeter, find_supply, planned_key_change, sale_inputs
from system.vending.services.vend_transaction import (
    VendTerms,
    find_or_reserve,
    fingerprint,
    finish_sale,
    locked_supply,
    reserve_sale,
)

#: The subclass of a class 0 token that carries electricity.
ELECTRICITY = 0


@dataclass(frozen=True, slots=True)
class SaleRequest:
    """Request of the counter.

    Args:
        sale_id: made and kept by the counter before it asks.
        number: DRN or serial, as typed.
        amount_c: the money, centavos; None where `units` are asked for.
        units: of 0.1 kWh; None where an amount is.
    """

    sale_id: uuid.UUID
    number: str
    amount_c: int | None = None
    units: int | None = None

    def fingerprint(self) -> str:
        """Fingerprint of what the same id must mean again."""
        return fingerprint(self.number, self.amount_c, self.units)


@dataclass(frozen=True, slots=True)
class Offer:
    """A trial price: who is behind the number, and what the money buys. Nothing is reserved."""

    supply: Supply
    quote: Quote


def offer(user: User, request: SaleRequest, instant: datetime | None = None) -> Offer:
    """Price a sale without making it (trial vend).

    Raises:
        UnableToSell: the number, the amount or the tariff has no price.
    """
    now = instant or business_now()
    try:
        supply = find_supply(user, request.number, now)
    except UnknownMeter as error:
        raise UnableToSell(str(error)) from error
    quote = _priced(supply, request, now)
    return Offer(supply, quote)


def sell_energy(user: User, shift: Shift, request: SaleRequest) -> Sale:
    """Sell. The same request again returns the same sale with the same tokens.

    Raises:
        UnableToSell: refused; nothing was charged.
        SalePending: the module did not answer; ask again with the same id.
    """
    try:
        sale = find_or_reserve(
            user, request.sale_id, request.fingerprint(), lambda: _reserve(user, shift, request)
        )
    except UnableToSell as error:
        audit.record(
            Operation.SELL.value,
            outcome=audit.REFUSED,
            user=user,
            subject=f"sale:{request.sale_id}",
            detail={"reason": type(error).__name__},
        )
        raise
    return finish_sale(sale)


def _quote(supply: Supply, request: SaleRequest, instant: datetime) -> Quote:
    """The price, with the house's limits.

    Raises:
        UnableToSell: the request or its amount is outside of them.
        PricingError: see there.
    """
    day = business_day(instant)
    if (request.amount_c is None) == (request.units is None):
        raise UnableToSell("Indique un valor o una cantidad de kWh, no ambos.")
    amount_c = request.amount_c
    if amount_c is None:
        trial = sale_inputs(supply, settings.CASH_UNIT_C, day)
        amount_c = amount_for(trial, request.units or 0, settings.CASH_UNIT_C)
    if not settings.SALE_MIN_C <= amount_c <= settings.SALE_MAX_C:
        low, high = pesos(settings.SALE_MIN_C), pesos(settings.SALE_MAX_C)
        raise UnableToSell(f"El valor debe estar entre {low} y {high}.")
    quote = price_sale(sale_inputs(supply, amount_c, day))
    if quote.units == 0:
        least_c = amount_for(quote.inputs, 1, settings.CASH_UNIT_C)
        raise UnableToSell(f"Con {pesos(amount_c)} no alcanza para 0,1 kWh: se necesitan {pesos(least_c)}.")
    return quote


def _reserve(user: User, shift: Shift, request: SaleRequest) -> Sale:
    if not user.may(Operation.SELL) or shift.cashier_id != user.pk or hasattr(shift, "closure"):
        raise UnableToSell("No hay un turno abierto a su nombre.")
    if not shift.point_of_sale.active or not shift.point_of_sale.merchant.active:
        raise UnableToSell("Este punto de venta está suspendido.")
    now = business_now()
    try:
        with write_transaction():
            supply = locked_supply(user, request.number, now)
            quote = _priced(supply, request, now)
            terms = VendTerms(
                request.sale_id,
                SaleKind.ENERGY,
                MovementKind.TOKEN_SALE,
                {"subclass": ELECTRICITY, "amount": quote.units, **_key_change(supply)},
                request.fingerprint(),
            )
            sale = reserve_sale(user, supply, terms, now, _entries(shift, supply, quote), quote, shift)
    except OverLimit:
        raise UnableToSell("El punto de venta llegó a su cupo: consigne lo recaudado.") from None
    return sale


def _key_change(supply: Supply) -> dict[str, Any]:
    """Where the office has planned another key, the sale brings its tokens along, before the credit."""
    plan = planned_key_change(supply.device)
    return {} if plan is None else {"target": plan.target(), "allow_key_change": True}


def _priced(supply: Supply, request: SaleRequest, now: datetime) -> Quote:
    if supply.agreement.mode == AgreementMode.POSTPAID:
        raise UnableToSell("Este servicio no es prepago: se paga por factura.")
    try:
        return _quote(supply, request, now)
    except PricingError as error:
        raise UnableToSell(error.sentence) from error


#: Where the money of a line goes: the kind of account, and whether each obligation has its own.
_CREDITED: dict[LineKind, AccountKind] = {
    LineKind.LEVY: AccountKind.LEVY,
    LineKind.INSTALMENT: AccountKind.OBLIGATION,
    LineKind.ARREARS: AccountKind.OBLIGATION,
}


def _entries(shift: Shift, supply: Supply, quote: Quote) -> list[LedgerEntry]:
    """The merchant owes the amount; lines say to whom it is credited, the residue evens it out."""
    provider_id = supply.installation.provider_id
    owed = account_of(provider_id, AccountKind.MERCHANT, shift.point_of_sale.merchant)
    energy = account_of(provider_id, AccountKind.ENERGY)
    residue = account_of(provider_id, AccountKind.RESIDUE, supply.installation)
    entries = [
        LedgerEntry(
            owed, account_of(provider_id, _CREDITED[line.kind], _owner(line.obligation_id)), line.amount_c
        )
        for line in quote.lines
        if line.kind in _CREDITED
    ]
    grows_c = quote.residue_c - quote.residue_before_c
    entries.append(LedgerEntry(owed, energy, quote.energy_c - max(0, -grows_c)))
    entries.append(LedgerEntry(owed, residue, max(0, grows_c)))
    entries.append(LedgerEntry(residue, energy, max(0, -grows_c)))
    return entries


def _owner(obligation_id: str) -> Any:
    return ObligationRow.objects.get(pk=int(obligation_id))
