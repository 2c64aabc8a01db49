"""Bill of a measured consumption (postpaid), or of a month of availability."""

from dataclasses import dataclass
from datetime import date

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import PPM, WH_PER_UNIT, half_up
from system.vending.pricing.tariff import Tariff

#: A Wh at a price of 1 (10⁻⁴ COP/kWh) costs a hundred-thousandth of a centavo.
_PER_CENTAVO = 100_000


@dataclass(frozen=True, slots=True)
class BillInputs:
    """Inputs of a bill.

    Args:
        consumption_wh: measured in the period, Wh, 0 or more.
        day: the last business day of the period.
        tariff: the version by which it is priced.
        billed_wh: what was billed in the same calendar month already.
    """

    consumption_wh: int
    day: date
    tariff: Tariff
    billed_wh: int = 0

    def __post_init__(self) -> None:
        if self.consumption_wh < 0 or self.billed_wh < 0:
            raise PricingError("consumption")


@dataclass(frozen=True, slots=True)
class BillLine:
    """One step, or one fee, of a bill."""

    name: str
    amount_c: int
    energy_wh: int = 0
    price_e4: int = 0


@dataclass(frozen=True, slots=True)
class Bill:
    """Bill of a period: ``cost = total + subsidy``, to the centavo.

    Args:
        lines: what the customer pays, line by line.
        total_c: their sum.
        cost_c: what the service cost.
        subsidy_c: the difference; below 0 it is a contribution.
    """

    lines: tuple[BillLine, ...]
    total_c: int
    cost_c: int

    @property
    def subsidy_c(self) -> int:
        """Subsidy of the Nation; below 0 a contribution of the customer."""
        return self.cost_c - self.total_c


def price_bill(inputs: BillInputs) -> Bill:
    """Price a consumption; every step is rounded half up to the centavo, as bills show them."""
    lines = tuple(
        BillLine(name, half_up(energy_wh * price_e4, _PER_CENTAVO), energy_wh, price_e4)
        for name, energy_wh, price_e4 in _steps(inputs)
    )
    cost_c = half_up(inputs.consumption_wh * inputs.tariff.unit_cost_e4, _PER_CENTAVO)
    return Bill(lines, sum(line.amount_c for line in lines), cost_c)


def price_availability(
    fee_c: int, *, available_ppm: int, floor_ppm: int = 0, subsidy_ppm: int = 0, name: str = "disponibilidad"
) -> Bill:
    """Price a month of availability (A-04): the fee by the share of time in which there was service.

    Args:
        fee_c: of a month with full service, centavos.
        available_ppm: share of the hours owed that were served.
        floor_ppm: below this share the customer owes nothing.
        subsidy_ppm: share that the Nation pays.
        name: as the bill says it.

    Raises:
        PricingError: a share is not one.
    """
    shares = (available_ppm, floor_ppm, subsidy_ppm)
    if fee_c < 0 or not all(0 <= share <= PPM for share in shares):
        raise PricingError("availability")
    served_ppm = available_ppm if available_ppm >= floor_ppm else 0
    cost_c = half_up(fee_c * served_ppm, PPM)
    total_c = cost_c - half_up(cost_c * subsidy_ppm, PPM)
    return Bill((BillLine(name, total_c),), total_c, cost_c)


def _steps(inputs: BillInputs) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    begin_wh, end_wh = inputs.billed_wh, inputs.billed_wh + inputs.consumption_wh
    for step in inputs.tariff.steps:
        upto_wh = end_wh if step.upto_units is None else min(end_wh, step.upto_units * WH_PER_UNIT)
        if upto_wh > begin_wh:
            found.append((step.name, upto_wh - begin_wh, step.price_e4))
            begin_wh = upto_wh
    return found
