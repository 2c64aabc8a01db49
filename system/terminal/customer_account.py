"""Account of a customer at a terminal: the pack's figures and own sales since, from which a price follows.

Pure: no clock, no book. The office counts the same way when it prices the sale again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from system.vending.pricing import (
    LineKind,
    Obligation,
    Quote,
    SaleInputs,
    Tariff,
    in_force,
    price_sale,
)

#: Flags of a sale: priced as `carefully` does; sold after the pack's prices ended.
CONSERVATIVE, PACK_ENDED = "conservative", "pack-ended"


@dataclass(frozen=True, slots=True)
class PackObligation:
    """An obligation of the pack.

    Args:
        obligation: as it stood when the pack was made.
        monthly: its quota is of a month; else of one sale.
        starts_on, ends_on: the business days on which it is taken; None: without end.
    """

    obligation: Obligation
    monthly: bool
    starts_on: date
    ends_on: date | None

    def on(self, day: date) -> bool:
        """True on a day on which it is taken."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class OwnSale:
    """A sale of this terminal, as far as later prices depend on it.

    Args:
        settled: the pack counts it already.
        month: its calendar month, YYYY-MM.
        units: sold, of 0.1 kWh.
        residue_change_mc: of the customer's residue, thousandths of a centavo.
        deducted_c: obligation id -> centavos.
    """

    settled: bool
    month: str
    units: int
    residue_change_mc: int
    deducted_c: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """A customer.

    Args:
        month: calendar month of `bought_units` and of what monthly quotas had, YYYY-MM.
        bought_units: in it, of 0.1 kWh.
        residue_mc: left over, thousandths of a centavo.
        dues: what he owes.
        tariffs: versions of his tariff.
        sales: to him, by this terminal.
    """

    month: str
    bought_units: int
    residue_mc: int
    dues: tuple[PackObligation, ...]
    tariffs: tuple[Tariff, ...]
    sales: tuple[OwnSale, ...] = ()

    def inputs(self, amount_c: int, day: date, deductions_max_ppm: int) -> SaleInputs:
        """Pricing inputs of an amount on a business day.

        Raises:
            PricingError: no tariff is in force, or the amount makes no sense.
        """
        month = f"{day:%Y-%m}"
        changes = (sale.residue_change_mc for sale in self.sales if not sale.settled)
        return SaleInputs(
            amount_c,
            day,
            in_force(self.tariffs, day),
            bought_units=self._known(month, self.bought_units) + sum(one.units for one in self._of(month)),
            residue_mc=max(0, self.residue_mc + sum(changes)),
            obligations=tuple(self._owed(due, month) for due in self.dues if due.on(day)),
            deductions_max_ppm=deductions_max_ppm,
        )

    def _known(self, month: str, value: int) -> int:
        """Value that the pack counted, if it counted this month."""
        return value if month == self.month else 0

    def _of(self, month: str) -> Iterable[OwnSale]:
        """Own sales of a month that the pack has not counted in it."""
        return (one for one in self.sales if one.month == month and not (one.settled and month == self.month))

    def _owed(self, due: PackObligation, month: str) -> Obligation:
        obligation, rule = due.obligation, due.obligation.rule
        key = obligation.id
        if due.monthly:
            here_c = sum(one.deducted_c.get(key, 0) for one in self._of(month))
            rule = replace(rule, taken_c=self._known(month, rule.taken_c) + here_c)
        owed_c = obligation.outstanding_c
        if owed_c is not None:
            paid_c = sum(one.deducted_c.get(key, 0) for one in self.sales if not one.settled)
            owed_c = max(0, owed_c - paid_c)
        return replace(obligation, rule=rule, outstanding_c=owed_c)


def conservative_inputs(inputs: SaleInputs) -> SaleInputs:
    """The inputs of a customer to whom others sell meanwhile (A-10).

    As if he had used up the first step, where that is dearer; what he paid too much the office gives back
    when it settles.
    """
    end = inputs.tariff.steps[0].upto_units
    if end is None or inputs.bought_units >= end:
        return inputs
    used_up = replace(inputs, bought_units=end)
    return used_up if price_sale(used_up).units < price_sale(inputs).units else inputs


def own_sale(quote: Quote, *, settled: bool) -> OwnSale:
    """Own sale as later prices count it."""
    deducted_c: dict[str, int] = {}
    for line in quote.lines:
        if line.kind is not LineKind.ENERGY:
            deducted_c[line.obligation_id] = deducted_c.get(line.obligation_id, 0) + line.amount_c
    return OwnSale(
        settled,
        f"{quote.inputs.day:%Y-%m}",
        quote.units,
        quote.residue_mc - quote.inputs.residue_mc,
        deducted_c,
    )
