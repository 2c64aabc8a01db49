"""Price of a sale: deductions for obligations, then units by the steps of the month, then the residue.

Obligations are served by their `priority`, the smaller first, then as they are listed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import (
    AMOUNT_C_MAX,
    MILLI_PER_CENTAVO,
    PPM,
    UNITS_MAX,
    UNITS_PER_KWH,
    cost_mc,
    whole_centavos,
)
from system.vending.pricing.tariff import Part, Tariff

# ------------ obligations: levies, instalments of a credit, arrears


class ObligationKind(StrEnum):
    """Kind of an obligation, in the ledger and on the receipt."""

    LEVY = "levy"  # aseo, public lighting: collected for others
    INSTALMENT = "instalment"  # of a financed credit
    ARREARS = "arrears"


@dataclass(frozen=True, slots=True)
class Rule:
    """Collection rule: how much one sale takes. Where both a quota and a share stand, the smaller counts.

    Args:
        quota_c: centavos wanted in the period; None: no quota.
        taken_c: what earlier sales of the same period took of the quota; 0 where the period is this sale.
        share_ppm: share of the amount received; None: no share.
        cap_c: the most that one sale takes; None: no cap.
    """

    quota_c: int | None = None
    taken_c: int = 0
    share_ppm: int | None = None
    cap_c: int | None = None

    def __post_init__(self) -> None:
        if self.quota_c is None and self.share_ppm is None:
            raise PricingError("no-rule")
        if any(value is not None and value < 0 for value in (self.quota_c, self.taken_c, self.cap_c)):
            raise PricingError("rule-below-zero")
        if self.share_ppm is not None and not 0 <= self.share_ppm <= PPM:
            raise PricingError("rule-share")

    def wanted_c(self, amount_c: int) -> int:
        """Claim on a sale of `amount_c`, before the debt and what is left are looked at."""
        limits = [self.cap_c]
        if self.quota_c is not None:
            limits.append(max(0, self.quota_c - self.taken_c))
        if self.share_ppm is not None:
            limits.append(amount_c * self.share_ppm // PPM)
        return min(limit for limit in limits if limit is not None)


@dataclass(frozen=True, slots=True)
class Obligation:
    """Obligation of an installation.

    Args:
        id: whose it is in the books.
        kind: levy, instalment or arrears.
        name: as the receipt says it.
        rule: how much a sale takes.
        priority: the smaller is served first.
        outstanding_c: what is owed; None where it has no end, as a levy.
    """

    id: str
    kind: ObligationKind
    name: str
    rule: Rule
    priority: int = 0
    outstanding_c: int | None = None

    def __post_init__(self) -> None:
        if self.outstanding_c is not None and self.outstanding_c < 0:
            raise PricingError("debt-below-zero", name=self.name)


@dataclass(frozen=True, slots=True)
class Deduction:
    """Deduction of one sale for one obligation."""

    obligation: Obligation
    amount_c: int

    @property
    def balance_c(self) -> int | None:
        """Debt that is left afterwards; None: it has no end."""
        owed_c = self.obligation.outstanding_c
        return None if owed_c is None else owed_c - self.amount_c


def deductions(
    obligations: Iterable[Obligation], amount_c: int, most_ppm: int = PPM
) -> tuple[Deduction, ...]:
    """Deductions of a sale, in order; together at most `most_ppm` of the amount. No zeros are listed."""
    taken = _taken(sorted(obligations, key=lambda one: one.priority), amount_c, amount_c * most_ppm // PPM)
    return tuple(deduction for deduction in taken if deduction.amount_c > 0)


def _taken(obligations: Iterable[Obligation], amount_c: int, left_c: int) -> Iterator[Deduction]:
    for obligation in obligations:
        owed_c = obligation.outstanding_c
        wanted_c = obligation.rule.wanted_c(amount_c)
        here_c = min(left_c, wanted_c if owed_c is None else min(wanted_c, owed_c))
        left_c -= here_c
        yield Deduction(obligation, here_c)


# ------------ inputs

#: The present rules. A sale keeps the number by which it was priced.
RULES = 1


@dataclass(frozen=True, slots=True)
class SaleInputs:
    """Inputs of a price: all that is known at the counter; kept with the sale, so that it can be explained.

    Args:
        amount_c: the money received, centavos, above 0.
        day: the business day (America/Bogota), whose calendar month counts for the steps.
        tariff: the version in force on that day.
        bought_units: what was bought in that month already, units of 0.1 kWh.
        residue_mc: what former purchases left over, thousandths of a centavo.
        obligations: what the installation owes.
        deductions_max_ppm: the largest share of the amount that obligations may take together.
        rules: by which rules it is priced.

    Raises:
        PricingError: an input makes no sense.
    """

    amount_c: int
    day: date
    tariff: Tariff
    bought_units: int = 0
    residue_mc: int = 0
    obligations: tuple[Obligation, ...] = ()
    deductions_max_ppm: int = PPM
    rules: int = RULES

    def __post_init__(self) -> None:
        if not 0 < self.amount_c <= AMOUNT_C_MAX:
            raise PricingError("amount", most=AMOUNT_C_MAX // 100)
        if self.day < self.tariff.valid_from:
            raise PricingError("not-in-force", tariff=self.tariff.code, day=self.day)
        if self.bought_units < 0 or self.residue_mc < 0:
            raise PricingError("below-zero")
        if not 0 <= self.deductions_max_ppm <= PPM:
            raise PricingError("deductions-share")
        if self.rules != RULES:
            raise PricingError("unknown-rules", rules=self.rules, known=RULES)


# ------------ price


class LineKind(StrEnum):
    """Kind of a receipt's line; the first three as `ObligationKind`."""

    LEVY = "levy"
    INSTALMENT = "instalment"
    ARREARS = "arrears"
    ENERGY = "energy"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: where a part of the money went.

    Args:
        kind: what it is.
        name: as the receipt says it.
        amount_c: whole centavos.
        units: of 0.1 kWh, where it is energy.
        price_e4: 10⁻⁴ COP/kWh, where it is energy.
        obligation_id: whose obligation, where it is none.
        balance_c: what is still owed of it afterwards; None: it has no end, or is energy.
    """

    kind: LineKind
    name: str
    amount_c: int
    units: int = 0
    price_e4: int = 0
    obligation_id: str = ""
    balance_c: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Quote of a sale. ``amount + residue before = sum of the lines + residue after``, to the centavo.

    Args:
        inputs: from which it follows.
        lines: deductions in their order, then the steps.
        units: sold, of 0.1 kWh.
        residue_mc: what is left over for the next time, thousandths of a centavo.
        subsidy_mc: what the Nation owes for it, thousandths of a centavo; below 0 it is a contribution that
            the customer paid above the unit cost.
    """

    inputs: SaleInputs
    lines: tuple[Line, ...]
    units: int
    residue_mc: int
    subsidy_mc: int

    @property
    def energy_c(self) -> int:
        """The money that became energy."""
        return sum(line.amount_c for line in self.lines if line.kind is LineKind.ENERGY)

    @property
    def deducted_c(self) -> int:
        """The money that served obligations."""
        return sum(line.amount_c for line in self.lines if line.kind is not LineKind.ENERGY)

    @property
    def residue_before_c(self) -> int:
        """Whole centavos that former purchases left over."""
        return whole_centavos(self.inputs.residue_mc)

    @property
    def residue_c(self) -> int:
        """Whole centavos that are left over now."""
        return whole_centavos(self.residue_mc)

    @property
    def bought_units(self) -> int:
        """Units of this calendar month, this sale included."""
        return self.inputs.bought_units + self.units


def price_sale(inputs: SaleInputs) -> Quote:
    """Price a sale.

    Raises:
        PricingError: the amount buys more than a token can carry.
    """
    taken = deductions(inputs.obligations, inputs.amount_c, inputs.deductions_max_ppm)
    deducted_c = sum(deduction.amount_c for deduction in taken)
    money_mc = (inputs.amount_c - deducted_c) * MILLI_PER_CENTAVO + inputs.residue_mc
    units = inputs.tariff.affordable(inputs.bought_units, money_mc)
    if units > UNITS_MAX:
        raise PricingError("beyond-token", most_kwh=UNITS_MAX // UNITS_PER_KWH)
    parts = inputs.tariff.parts(inputs.bought_units, units)
    spent_mc = sum(part.cost_mc for part in parts)
    lines = (*map(_deducted, taken), *_energy_lines(parts, money_mc))
    subsidy_mc = cost_mc(units, inputs.tariff.unit_cost_e4) - spent_mc
    return Quote(inputs, lines, units, money_mc - spent_mc, subsidy_mc)


def amount_for(inputs: SaleInputs, units: int, cash_unit_c: int = 1) -> int:
    """An amount, a multiple of `cash_unit_c`, that buys at least so many units; a coin less would not.

    Args:
        inputs: of the sale; its amount is of no account.
        units: wanted, of 0.1 kWh.
        cash_unit_c: the smallest coin, centavos.

    Raises:
        PricingError: no amount does.
    """
    if not 0 < units <= UNITS_MAX:
        raise PricingError("units", most_kwh=UNITS_MAX // UNITS_PER_KWH)

    def enough(coins: int) -> bool:
        try:
            return price_sale(replace(inputs, amount_c=coins * cash_unit_c)).units >= units
        except PricingError:
            if coins * cash_unit_c > AMOUNT_C_MAX:
                raise
            return True  # more than a token can carry is enough

    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high * cash_unit_c


#: The line that an obligation becomes.
_LINE_OF: dict[ObligationKind, LineKind] = {kind: LineKind(kind.value) for kind in ObligationKind}


def _deducted(deduction: Deduction) -> Line:
    obligation = deduction.obligation
    return Line(
        _LINE_OF[obligation.kind],
        obligation.name,
        deduction.amount_c,
        obligation_id=obligation.id,
        balance_c=deduction.balance_c,
    )


def _energy_lines(parts: tuple[Part, ...], money_mc: int) -> Iterator[Line]:
    """The steps, in whole centavos whose sum is what became whole centavos of energy."""
    for part in parts:
        left_mc = money_mc - part.cost_mc
        amount_c = whole_centavos(money_mc) - whole_centavos(left_mc)
        money_mc = left_mc
        yield Line(LineKind.ENERGY, part.step.name, amount_c, part.units, part.step.price_e4)
