"""Sell: keep the sale, have the counter mint, write the entry. Whatever dies in between, `recover` ends it.

    keep (book)  →  mint (counter, durable, counted)  →  entry (book)

The counter alone decides about limit, lease and clock; what is asked before is asked so that people read a
better sentence.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from system.security_module.refusals import Words
from system.security_module.secure_counter import CounterRefused, Minted, MintRequest
from system.terminal.book import Shift, SoldRow, UnderWay
from system.terminal.desk import Desk, said_instant
from system.terminal.errors import TerminalRefused
from system.terminal.packs import Loaded
from system.terminal.services.offer import Offer, offer, see_pack
from system.terminal.services.recover import finish, recover, see_clock, see_that_they_agree, writing
from system.vending.pricing.explain import pesos
from system.vending.pricing.stored import to_json


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants.

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

    row: SoldRow
    again: bool = False

    @property
    def digits(self) -> str:
        """The 20 digits of the token."""
        digits: str = self.row.content["tokens"][0]["digits"]
        return digits


def sell(desk: Desk, order: Order) -> Sold:
    """Sell an amount to somebody.

    Raises:
        TerminalRefused: with whatever stands against it; nothing was sold. Under ``disk`` that is not known
            until the terminal starts anew.
    """
    with desk.turn, writing(desk):
        recover(desk)
        known = desk.book.sale(order.sale_id)
        if known is not None:
            return _same(known, order)
        loaded = desk.selling()
        shift = _shift(desk, order)
        see_clock(desk)
        see_pack(loaded, desk.now())
        see_that_they_agree(desk)
        found = offer(desk, order.installation, order.amount_c)
        if order.units_shown not in (None, found.quote.units):
            raise TerminalRefused("price-changed")
        sale = _kept(desk, loaded, order, found, shift)
        return Sold(finish(desk, sale, _minted(desk, loaded, sale)))


def _same(known: SoldRow, order: Order) -> Sold:
    if (known.content["installation"], known.content["amount_c"]) != (order.installation, order.amount_c):
        raise TerminalRefused("id-reused")
    return Sold(known, again=True)


def _shift(desk: Desk, order: Order) -> Shift:
    desk.selling().operator(order.operator)
    shift = desk.book.shift()
    if shift is None or shift.operator != order.operator:
        raise TerminalRefused("no-shift")
    return shift


def _kept(desk: Desk, loaded: Loaded, order: Order, found: Offer, shift: Shift) -> UnderWay:
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
    sale = UnderWay(order.sale_id, desk.now(), content, said)
    desk.book.begin_sale(sale)
    return sale


def _minted(desk: Desk, loaded: Loaded, sale: UnderWay) -> Minted:
    said = sale.content
    try:
        return desk.counter.mint(
            MintRequest(sale.sale_id, said["drn"], said["units"], said["amount_c"]), sale.at
        )
    except CounterRefused as refused:
        desk.book.drop_sale(sale.sale_id)
        raise _in_our_words(desk, loaded, refused) from refused


def _in_our_words(desk: Desk, loaded: Loaded, refused: CounterRefused) -> TerminalRefused:
    """A refusal of the counter as people at the terminal understand it."""
    code = refused.code
    told: dict[str, dict[str, Any]] = {
        "over-limit": {"left": pesos(desk.counter.status().left_c)},
        "clock-behind": {"latest": said_instant(desk.book.last_at or desk.now())},
        "not-yet": {"begins": said_instant(loaded.pack.valid_from)},
        "lease-expired": {"until": said_instant(loaded.leased_until or loaded.pack.valid_until)},
        "unknown-meter": {},
        "tid-window": {},
    }
    if code in told:
        return TerminalRefused(code, **told[code])
    return TerminalRefused("counter", why=Words(refused.es, refused.en))
