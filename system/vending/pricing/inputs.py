"""Everything that the price of a sale depends on: what is kept with the sale, so that it can be explained."""

from dataclasses import dataclass
from datetime import date

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import AMOUNT_C_MAX, PPM
from system.vending.pricing.obligations import Obligation
from system.vending.pricing.tariff import Tariff

#: The present rules. A sale keeps the number by which it was priced.
RULES = 1


@dataclass(frozen=True, slots=True)
class SaleInputs:
    """What is known at the counter.

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
            raise PricingError(f"the amount must be above 0 and at most {AMOUNT_C_MAX // 100} COP")
        if self.day < self.tariff.valid_from:
            raise PricingError(
                f"tariff {self.tariff.code} version {self.tariff.version} is not in force on {self.day}"
            )
        if self.bought_units < 0 or self.residue_mc < 0:
            raise PricingError("neither what was bought before nor the residue can be below 0")
        if not 0 <= self.deductions_max_ppm <= PPM:
            raise PricingError("the largest share of deductions must be from 0 to 1 000 000 ppm")
        if self.rules != RULES:
            raise PricingError(f"pricing rules {self.rules} are unknown here; known: {RULES}")
