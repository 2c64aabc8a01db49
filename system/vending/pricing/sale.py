"""What an amount buys: deductions first, then units by the steps of the month, then the residue."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from system.vending.pricing.errors import PricingError
from system.vending.pricing.inputs import SaleInputs
from system.vending.pricing.money import AMOUNT_C_MAX, MILLI_PER_CENTAVO, UNITS_MAX, cost_mc, whole_centavos
from system.vending.pricing.obligations import Deduction, ObligationKind, deductions
from system.vending.pricing.tariff import Part


class LineKind(StrEnum):
    """What a line of a receipt is; the first three as `ObligationKind`."""

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
    """What a sale comes to. ``amount + residue before = sum of the lines + residue after``, to the centavo.

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
        raise PricingError(f"the amount buys more than the {UNITS_MAX / 10:.1f} kWh that a token can carry")
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
        raise PricingError(f"from 0.1 to {UNITS_MAX / 10:.1f} kWh can be sold at once")

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
