"""True-up of a terminal's sale: what it reports, the books' own price, and the difference; pure, in integers.

The terminal priced with what it knew when its pack was made; others may have sold to the same meter since.
Steps of the month telescope: whichever sale is charged for the dearer step, the sum over all of them is what
one seller would have taken. What the customer paid too much becomes his residue. What he paid too little is
the provider's loss: his ticket said a price, and nobody takes it back.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.offline.chain import Entry
from system.vending.pricing import LineKind, PricingError, Quote, Tariff, price_sale
from system.vending.pricing.money import MILLI_PER_CENTAVO, whole_centavos
from system.vending.pricing.serialization import from_json

# ------------ reported sale


@dataclass(frozen=True, slots=True)
class ReportedToken:
    """A token as the terminal printed it."""

    digits: str
    tid: int
    role: str


@dataclass(frozen=True, slots=True)
class ReportedSale:
    """A sale as the terminal wrote it down; units last in names, see `protocols.offline.schema`."""

    sale_id: uuid.UUID
    number: str
    installation: str
    drn: str
    operator: str
    shift_id: uuid.UUID
    inputs: dict[str, Any]
    amount_c: int
    units: int
    energy_c: int
    deducted_c: int
    residue_mc: int
    subsidy_mc: int
    tokens: tuple[ReportedToken, ...]
    sequence: int
    spent_c: int
    lease_id: uuid.UUID
    flags: tuple[str, ...]

    def quote(self) -> Quote | None:
        """Quote of its inputs, where the figures that it names follow from them; else None."""
        try:
            quote = price_sale(from_json(json.dumps(self.inputs)))
        except PricingError:
            return None
        named = (self.amount_c, self.units, self.energy_c, self.deducted_c, self.residue_mc, self.subsidy_mc)
        follow = (
            quote.inputs.amount_c,
            quote.units,
            quote.energy_c,
            quote.deducted_c,
            quote.residue_mc,
            quote.subsidy_mc,
        )
        return quote if named == follow else None


def reported_sale(entry: Entry) -> ReportedSale:
    """Sale that an entry reports.

    Raises:
        OfflineError: it does not fit the kind.
    """
    facts = dict(entry.facts)
    tokens = tuple(ReportedToken(**token) for token in facts.pop("tokens"))
    return ReportedSale(**facts, tokens=tokens)


# ------------ true-up


@dataclass(frozen=True, slots=True)
class TerminalSale:
    """Sale as it happened at the terminal.

    Args:
        amount_c: taken, centavos.
        units: in the token, of 0.1 kWh.
        deducted_c: obligation id -> centavos that it took off.
        residue_change_mc: how the customer's residue changed, as his ticket says, thousandths of a centavo.
    """

    amount_c: int
    units: int
    deducted_c: Mapping[str, int]
    residue_change_mc: int

    @property
    def charged_mc(self) -> int:
        """Charge for the energy and for obligations."""
        return self.amount_c * MILLI_PER_CENTAVO - self.residue_change_mc


@dataclass(frozen=True, slots=True)
class BookState:
    """State of the books when a sale arrives.

    Args:
        tariff: the version in force on the sale's business day.
        bought_units: in its month, of 0.1 kWh.
        residue_mc: of the customer.
        room_c: obligation id -> most that it may still take; None: no end. Not there: it is none of his.
    """

    tariff: Tariff
    bought_units: int
    residue_mc: int
    room_c: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class TrueUp:
    """A sale as the books have it: ``amount + residue before + lost = deducted + cost + residue after``.

    Args:
        amount_c: taken, centavos.
        deducted_c: obligation id -> centavos that it keeps.
        cost_mc: of the units, by the books.
        residue_before_mc, residue_after_mc: of the customer.
        difference_mc: charged above the books' price; below 0: less.
        lost_mc: what nobody pays.
    """

    amount_c: int
    deducted_c: Mapping[str, int]
    cost_mc: int
    residue_before_mc: int
    residue_after_mc: int
    difference_mc: int
    lost_mc: int

    @property
    def residue_grows_c(self) -> int:
        """Whole centavos by which the ledger's residue grows; below 0: shrinks."""
        return whole_centavos(self.residue_after_mc) - whole_centavos(self.residue_before_mc)

    @property
    def energy_c(self) -> int:
        """Whole centavos that became energy, never below 0."""
        return self.amount_c - sum(self.deducted_c.values()) - self.residue_grows_c


def sale_as_priced(quote: Quote) -> TerminalSale:
    """Sale where the terminal's figures follow from its inputs."""
    deducted_c: dict[str, int] = {}
    for line in quote.lines:
        if line.kind is not LineKind.ENERGY:
            deducted_c[line.obligation_id] = deducted_c.get(line.obligation_id, 0) + line.amount_c
    change_mc = quote.residue_mc - quote.inputs.residue_mc
    return TerminalSale(quote.inputs.amount_c, quote.units, deducted_c, change_mc)


def sale_as_energy(amount_c: int, units: int, books: BookState) -> TerminalSale:
    """Sale where only money and token can be believed: all of it was for energy."""
    return TerminalSale(amount_c, units, {}, amount_c * MILLI_PER_CENTAVO - _cost_mc(books, units))


def true_up(sold: TerminalSale, books: BookState) -> TrueUp:
    """The sale as the books have it.

    >>> from datetime import date
    >>> from system.vending.pricing import Step
    >>> two = Tariff("T", 1, date(2026, 1, 1), (Step("low", 100, 50), Step("high", 300)), 300)
    >>> figures = true_up(Sold(10, 100, {}, 0), Books(two, 0, 0, {}))  # 100 units at the low price
    >>> figures.cost_mc, figures.difference_mc, figures.lost_mc
    (20000, -10000, 10000)
    """
    kept_c = {key: _accepted_c(key, taken_c, books) for key, taken_c in sold.deducted_c.items()}
    kept_c = {key: amount_c for key, amount_c in kept_c.items() if amount_c}
    cost_mc = _cost_mc(books, sold.units)
    difference_mc = sold.charged_mc - cost_mc - sum(kept_c.values()) * MILLI_PER_CENTAVO
    after_mc = books.residue_mc + sold.residue_change_mc + max(0, difference_mc)
    # a residue that two sellers gave away is short: nobody owes less than nothing
    short_mc = max(0, -after_mc)
    return TrueUp(
        sold.amount_c,
        kept_c,
        cost_mc,
        books.residue_mc,
        after_mc + short_mc,
        difference_mc,
        max(0, -difference_mc) + short_mc,
    )


def _accepted_c(key: str, taken_c: int, books: BookState) -> int:
    if key not in books.room_c:
        return 0
    room_c = books.room_c[key]
    return taken_c if room_c is None else min(taken_c, max(0, room_c))


def _cost_mc(books: BookState, units: int) -> int:
    return sum(part.cost_mc for part in books.tariff.parts(books.bought_units, units))
