"""Sales: offer, sell, print. Keep the sale, have the counter mint, write the entry.

    keep (book)  →  mint (counter, durable, counted)  →  entry (book)

Whatever dies in between, `recover` ends it. The counter alone decides about limit, lease and clock; what is
asked before is asked so that people read a better sentence.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from protocols.offline.messages import Customer, Limits
from system.config.clock import business_day
from system.security_module.refusals import Words
from system.security_module.secure_counter import CounterRefused, Minted, MintRequest
from system.terminal.book import BookedSale, PendingSale, Shift, stored_inputs
from system.terminal.customer_account import (
    CONSERVATIVE,
    PACK_ENDED,
    CustomerAccount,
    OwnSale,
    conservative_inputs,
    own_sale,
)
from system.terminal.errors import TerminalRefused
from system.terminal.open_terminal import OpenTerminal, local_instant
from system.terminal.packs import LoadedPack
from system.terminal.services.recover import finish_sale, recover, require_agreement, require_clock, writing
from system.terminal.tickets import ticket_of
from system.vending.pricing import PricingError, Quote, price_sale
from system.vending.pricing.explain import pesos
from system.vending.pricing.serialization import from_json, to_json
from system.vending.ticket import Ticket

# ------------ offer


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


def offer(desk: OpenTerminal, installation: str, amount_c: int) -> Offer:
    """Price an amount for somebody, now.

    Raises:
        TerminalRefused: ``no-pack``, ``unknown-customer``, ``no-tariff``, or an amount that cannot be.
    """
    with desk.turn:
        loaded = desk.selling()
        customer = loaded.customer(installation)
        require_amount(loaded.pack.limits, amount_c)
        now = desk.now()
        try:
            inputs = customer_account(desk, loaded, customer, now).inputs(
                amount_c, business_day(now), loaded.pack.limits.deductions_max_ppm
            )
        except PricingError as error:
            raise TerminalRefused("no-tariff") from error
        try:
            careful = conservative_inputs(inputs) if customer.conservative else inputs
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


def require_amount(limits: Limits, amount_c: int) -> None:
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


def customer_account(
    desk: OpenTerminal, loaded: LoadedPack, customer: Customer, now: datetime
) -> CustomerAccount:
    """Account of a customer, by the pack and own sales."""
    settled = loaded.pack.settled.number
    first = business_day(now).replace(day=1).isoformat()
    rows = desk.book.sales_of(customer.installation, settled, first)
    return CustomerAccount(
        customer.month,
        customer.bought_units,
        customer.residue_mc,
        loaded.dues[customer.installation],
        loaded.tariffs[customer.tariff],
        tuple(_own_sale(row, settled) for row in rows),
    )


def pack_time_left(loaded: LoadedPack, now: datetime) -> tuple[timedelta, timedelta]:
    """Time for which the pack's prices hold, and its leases mint; below zero: over since."""
    until = loaded.leased_until or loaded.pack.valid_until
    return loaded.pack.valid_until - now, until - now


def require_selling(loaded: LoadedPack, now: datetime) -> None:
    """Let go on while the pack sells.

    Raises:
        TerminalRefused: ``not-yet`` or ``lease-expired``.
    """
    if now < loaded.pack.valid_from:
        raise TerminalRefused("not-yet", begins=local_instant(loaded.pack.valid_from))
    if loaded.leased_until is not None and now >= loaded.leased_until:
        raise TerminalRefused("lease-expired", until=local_instant(loaded.leased_until))


def _own_sale(row: BookedSale, settled: int) -> OwnSale:
    return own_sale(price_sale(from_json(stored_inputs(row))), settled=row.entry <= settled)


# ------------ sale


@dataclass(frozen=True, slots=True)
class Order:
    """Order of a sale.

    Args:
        sale_id: made by the caller: the same again gives the same token.
        installation: for whom.
        amount_c: received, centavos.
        operator: who sells; his shift is open.
        units_shown: what he was shown, of 0.1 kWh; None: nothing was.
    """

    sale_id: UUID
    installation: str
    amount_c: int
    operator: str
    units_shown: int | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale that has its token; `again`: it had it before."""

    row: BookedSale
    again: bool = False

    @property
    def digits(self) -> str:
        """The 20 digits of the token."""
        digits: str = self.row.content["tokens"][0]["digits"]
        return digits


def sell(desk: OpenTerminal, order: Order) -> Sold:
    """Sell an amount to somebody.

    Raises:
        TerminalRefused: with whatever stands against it; nothing was sold. Under ``disk`` that is not known
            until the terminal starts anew.
    """
    with desk.turn, writing(desk):
        recover(desk)
        known = desk.book.sale(order.sale_id)
        if known is not None:
            return _same_sale(known, order)
        loaded = desk.selling()
        shift = _open_shift(desk, order)
        require_clock(desk)
        require_selling(loaded, desk.now())
        require_agreement(desk)
        found = offer(desk, order.installation, order.amount_c)
        if order.units_shown not in (None, found.quote.units):
            raise TerminalRefused("price-changed")
        sale = _begin_sale(desk, loaded, order, found, shift)
        return Sold(finish_sale(desk, sale, _mint(desk, loaded, sale)))


def _same_sale(known: BookedSale, order: Order) -> Sold:
    if (known.content["installation"], known.content["amount_c"]) != (order.installation, order.amount_c):
        raise TerminalRefused("id-reused")
    return Sold(known, again=True)


def _open_shift(desk: OpenTerminal, order: Order) -> Shift:
    desk.selling().operator(order.operator)
    shift = desk.book.shift()
    if shift is None or shift.operator != order.operator:
        raise TerminalRefused("no-shift")
    return shift


def _begin_sale(
    desk: OpenTerminal, loaded: LoadedPack, order: Order, found: Offer, shift: Shift
) -> PendingSale:
    quote, customer = found.quote, found.customer
    content: dict[str, Any] = {
        "sale_id": str(order.sale_id),
        "number": f"{loaded.pack.point_of_sale.code}-{desk.book.totals()[0] + 1:06d}",
        "installation": customer.installation,
        "drn": customer.drn,
        "operator": order.operator,
        "shift_id": str(shift.shift_id),
        "inputs": json.loads(to_json(quote.inputs)),
        "amount_c": order.amount_c,
        "units": quote.units,
        "energy_c": quote.energy_c,
        "deducted_c": quote.deducted_c,
        "residue_mc": quote.residue_mc,
        "subsidy_mc": quote.subsidy_mc,
        "flags": list(found.flags),
    }
    meter = loaded.meters.get(customer.drn)
    said = {
        "name": customer.name,
        "place": customer.place,
        "estrato": customer.estrato,
        "meter": {} if meter is None else {key: getattr(meter, key) for key in ("sgc", "krn", "ti", "ea")},
    }
    sale = PendingSale(order.sale_id, desk.now(), content, said)
    desk.book.begin_sale(sale)
    return sale


def _mint(desk: OpenTerminal, loaded: LoadedPack, sale: PendingSale) -> Minted:
    said = sale.content
    try:
        return desk.counter.mint(
            MintRequest(sale.sale_id, said["drn"], said["units"], said["amount_c"]), sale.at
        )
    except CounterRefused as refused:
        desk.book.drop_sale(sale.sale_id)
        raise _terminal_refusal(desk, loaded, refused) from refused


def _terminal_refusal(desk: OpenTerminal, loaded: LoadedPack, refused: CounterRefused) -> TerminalRefused:
    """A refusal of the counter as people at the terminal understand it."""
    code = refused.code
    told: dict[str, dict[str, Any]] = {
        "over-limit": {"left": pesos(desk.counter.status().left_c)},
        "clock-behind": {"latest": local_instant(desk.book.last_at or desk.now())},
        "not-yet": {"begins": local_instant(loaded.pack.valid_from)},
        "lease-expired": {"until": local_instant(loaded.leased_until or loaded.pack.valid_until)},
        "unknown-meter": {},
        "tid-window": {},
    }
    if code in told:
        return TerminalRefused(code, **told[code])
    return TerminalRefused("counter", why=Words(refused.es, refused.en))


# ------------ ticket


def print_ticket(desk: OpenTerminal, sale_id: UUID) -> Ticket:
    """Count a copy, and the ticket of it. Paper out in the middle: print again; nothing is minted again.

    Raises:
        TerminalRefused: ``unknown-sale`` or ``disk``.
    """
    with desk.turn, writing(desk):
        recover(desk)
        row = desk.book.sale(sale_id)
        if row is None:
            raise TerminalRefused("unknown-sale")
        return ticket_of(desk, row, desk.book.count_copy(sale_id, desk.later()))
