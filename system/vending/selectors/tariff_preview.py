"""What a tariff comes to for months of some size: what the office looks at before it publishes."""

from dataclasses import dataclass

from system.vending.pricing.money import cost_mc, half_up
from system.vending.pricing.tariff import Tariff

#: Months that are shown, units of 0.1 kWh: a small home, a usual one, above subsistence, a large one.
MONTHS_UNITS = (300, 1_000, 2_000, 9_000)
_MC_PER_CENTAVO = 1_000


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """Energy of a month, what the customer pays, what it costs, and the difference: four columns."""

    units: int
    pays_c: int
    cost_c: int

    @property
    def subsidy_c(self) -> int:
        """What the Nation pays; below 0 it is a contribution."""
        return self.cost_c - self.pays_c


def preview(tariff: Tariff) -> list[PreviewRow]:
    """The rows for `MONTHS_UNITS`."""
    return [
        PreviewRow(
            units,
            half_up(sum(part.cost_mc for part in tariff.parts(0, units)), _MC_PER_CENTAVO),
            half_up(cost_mc(units, tariff.unit_cost_e4), _MC_PER_CENTAVO),
        )
        for units in MONTHS_UNITS
    ]
