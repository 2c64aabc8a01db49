"""Tariff version: steps over the month's energy, full cost beside them, and a preview of a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import cost_mc, half_up


@dataclass(frozen=True, slots=True)
class Step:
    """One block of the month's energy.

    Args:
        name: how the receipt calls it.
        price_e4: what the customer pays, 10⁻⁴ COP/kWh, above 0.
        upto_units: where it ends, counted in units (0.1 kWh) from the start of the month; None: it does not.
    """

    name: str
    price_e4: int
    upto_units: int | None = None

    def __post_init__(self) -> None:
        if self.price_e4 <= 0:
            raise PricingError("step-price", name=self.name)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a purchase that lies in one step."""

    step: Step
    units: int

    @property
    def cost_mc(self) -> int:
        """What it costs, thousandths of a centavo."""
        return cost_mc(self.units, self.step.price_e4)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A version of a tariff. It is never edited: what changes is a further version with its own `valid_from`.

    Args:
        code: which tariff, for example ``ZNI-E1``.
        version: counts up from 1.
        valid_from: the first business day (America/Bogota) on which it prices.
        steps: in the order of consumption; the last one has no end, the others end ever later.
        unit_cost_e4: what a kWh costs to provide, 10⁻⁴ COP/kWh; the difference to the price is subsidy, or
            contribution.
        components_e4: what that cost is made of (G, D, C …), for the receipt; may be empty.

    Raises:
        PricingError: the steps have no order, or no last one.
    """

    code: str
    version: int
    valid_from: date
    steps: tuple[Step, ...]
    unit_cost_e4: int
    components_e4: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        ends = [step.upto_units for step in self.steps]
        if not ends or ends[-1] is not None:
            raise PricingError("last-step", tariff=self.code)
        inner = [0, *(end for end in ends[:-1] if end is not None)]
        if len(inner) != len(ends) or any(end <= begin for begin, end in pairwise(inner)):
            raise PricingError("step-order", tariff=self.code)
        if self.unit_cost_e4 <= 0:
            raise PricingError("unit-cost", tariff=self.code)

    def parts(self, bought_units: int, units: int) -> tuple[Part, ...]:
        """Parts of so many units in the steps, where `bought_units` were bought this month already.

        >>> two = Tariff("T", 1, date(2026, 1, 1), (Step("low", 1, 100), Step("high", 2)), 2)
        >>> [(part.step.name, part.units) for part in two.parts(90, 30)]
        [('low', 10), ('high', 20)]
        """
        return tuple(Part(step, min(room, left)) for step, room, left in self._rooms(bought_units, units))

    def affordable(self, bought_units: int, money_mc: int) -> int:
        """The most units that `money_mc` buys after `bought_units` of this month."""
        units = 0
        for step in self.steps:
            room = _room(step, bought_units + units)
            if room == 0:
                continue
            here = money_mc // step.price_e4
            if room is not None:
                here = min(here, room)
            units += here
            money_mc -= cost_mc(here, step.price_e4)
            if room is None or here < room:
                break
        return units

    def _rooms(self, bought_units: int, units: int) -> Iterator[tuple[Step, int, int]]:
        left = units
        for step in self.steps:
            room = _room(step, bought_units + units - left)
            if left > 0 and room != 0:
                yield step, left if room is None else room, left
                left -= left if room is None else min(room, left)


def _room(step: Step, reached_units: int) -> int | None:
    """Units that are left in a step from `reached_units` on; None: no end."""
    return None if step.upto_units is None else max(0, step.upto_units - reached_units)


def in_force(versions: tuple[Tariff, ...], day: date) -> Tariff:
    """The version that prices on a business day.

    Raises:
        PricingError: none does yet.
    """
    valid = [tariff for tariff in versions if tariff.valid_from <= day]
    if not valid:
        raise PricingError("none-in-force", day=day)
    return max(valid, key=lambda tariff: (tariff.valid_from, tariff.version))


# ------------ preview: months of some size, before a version is published

#: Months that are shown, units of 0.1 kWh: a small home, a usual one, above subsistence, a large one.
PREVIEW_UNITS = (300, 1_000, 2_000, 9_000)
_MC_PER_CENTAVO = 1_000


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """Energy of a month, what the customer pays, what it costs, and the difference: four columns."""

    units: int
    pays_c: int
    cost_c: int

    @property
    def subsidy_c(self) -> int:
        """Subsidy of the Nation; below 0 it is a contribution."""
        return self.cost_c - self.pays_c


def monthly_preview(tariff: Tariff) -> list[PreviewRow]:
    """The rows for `PREVIEW_UNITS`."""
    return [
        PreviewRow(
            units,
            half_up(sum(part.cost_mc for part in tariff.parts(0, units)), _MC_PER_CENTAVO),
            half_up(cost_mc(units, tariff.unit_cost_e4), _MC_PER_CENTAVO),
        )
        for units in PREVIEW_UNITS
    ]
