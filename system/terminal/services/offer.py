"""What an amount buys, before anybody says yes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from protocols.offline.messages import Customer, Limits
from system.config.clock import business_day
from system.terminal.book.rows import SoldRow, stored_inputs
from system.terminal.desk import Desk, said_instant
from system.terminal.errors import TerminalRefused
from system.terminal.packs import Loaded
from system.terminal.standing import CONSERVATIVE, PACK_ENDED, OwnSale, Standing, carefully, own_sale
from system.vending.pricing import PricingError, Quote, price_sale
from system.vending.pricing.explain import pesos
from system.vending.pricing.stored import from_json


@dataclass(frozen=True, slots=True)
class Offer:
    """A price.

    Args:
        customer: for whom.
        quote: how it comes about.
        flags: what the office should look at.
    """

    customer: Customer
    quote: Quote
    flags: tuple[str, ...]


def offer(desk: Desk, installation: str, amount_c: int) -> Offer:
    """Price an amount for somebody, now.

    Raises:
        TerminalRefused: ``no-pack``, ``unknown-customer``, ``no-tariff``, or an amount that cannot be.
    """
    with desk.turn:
        loaded = desk.selling()
        customer = loaded.customer(installation)
        see_amount(loaded.pack.limits, amount_c)
        now = desk.now()
        try:
            inputs = standing_of(desk, loaded, customer, now).inputs(
                amount_c, business_day(now), loaded.pack.limits.deductions_max_ppm
            )
        except PricingError as error:
            raise TerminalRefused("no-tariff") from error
        try:
            careful = carefully(inputs) if customer.conservative else inputs
            quote = price_sale(careful)
        except PricingError as error:
            raise TerminalRefused("too-much-energy") from error
        if quote.units < 1:
            raise TerminalRefused("buys-nothing")
        flags = (
            *((CONSERVATIVE,) if careful is not inputs else ()),
            *((PACK_ENDED,) if now >= loaded.pack.valid_until else ()),
        )
        return Offer(customer, quote, flags)


def see_amount(limits: Limits, amount_c: int) -> None:
    """Let go on with an amount that a sale may have.

    Raises:
        TerminalRefused: ``no-amount``, ``too-little``, ``too-much`` or ``no-such-coin``.
    """
    if amount_c <= 0:
        raise TerminalRefused("no-amount")
    if amount_c < limits.sale_min_c:
        raise TerminalRefused("too-little", least=pesos(limits.sale_min_c))
    if amount_c > limits.sale_max_c:
        raise TerminalRefused("too-much", most=pesos(limits.sale_max_c))
    if amount_c % limits.cash_unit_c:
        raise TerminalRefused("no-such-coin", coin=pesos(limits.cash_unit_c))


def standing_of(desk: Desk, loaded: Loaded, customer: Customer, now: datetime) -> Standing:
    """What the pack and own sales say of a customer."""
    settled = loaded.pack.settled.number
    first = business_day(now).replace(day=1).isoformat()
    rows = desk.book.sales_of(customer.installation, settled, first)
    return Standing(
        customer.month,
        customer.bought_units,
        customer.residue_mc,
        loaded.dues[customer.installation],
        loaded.tariffs[customer.tariff],
        tuple(_own(row, settled) for row in rows),
    )


def left_of_pack(loaded: Loaded, now: datetime) -> tuple[timedelta, timedelta]:
    """How long the pack's prices hold, and how long its leases mint; below zero: over since."""
    until = loaded.leased_until or loaded.pack.valid_until
    return loaded.pack.valid_until - now, until - now


def see_pack(loaded: Loaded, now: datetime) -> None:
    """Let go on while the pack sells.

    Raises:
        TerminalRefused: ``not-yet`` or ``lease-expired``.
    """
    if now < loaded.pack.valid_from:
        raise TerminalRefused("not-yet", begins=said_instant(loaded.pack.valid_from))
    if loaded.leased_until is not None and now >= loaded.leased_until:
        raise TerminalRefused("lease-expired", until=said_instant(loaded.leased_until))


def _own(row: SoldRow, settled: int) -> OwnSale:
    return own_sale(price_sale(from_json(stored_inputs(row))), settled=row.entry <= settled)
