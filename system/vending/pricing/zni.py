"""The tariffs of the non-interconnected zones (ZNI): a local unit cost, and a reference price for the user.

The user pays the reference tariff of the stratum up to 800 kWh a month, the full local cost above; the Nation
pays the rest. Reference tariffs are published and stored: they are not derived from one another, though they
nearly could be. Limits are parameters, with their sources in docs/explanation/pricing.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from system.vending.pricing.errors import PricingError
from system.vending.pricing.money import PPM, UNITS_PER_KWH, half_up
from system.vending.pricing.tariff import Step, Tariff

#: Losses that the formula of CREG 091/2007 recognises, as published rows show them (CU = G / 0.9 + D + C).
LOSSES_PPM = 100_000
#: Above it a home pays the full local cost, kWh a month (column ``estr_resid_t800`` of the published rows).
FULL_COST_ABOVE_KWH = 800
#: From this altitude on the subsistence consumption is the smaller one (UPME 355/2004).
HIGH_ALTITUDE_M = 1000
SUBSISTENCE_LOW_KWH, SUBSISTENCE_HIGH_KWH = 173, 130

#: Strata with a price of their own below the subsistence consumption.
SUBSIDISED_STRATA = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class ReferenceTariff:
    """Reference tariff published for a month, 10⁻⁴ COP/kWh.

    Args:
        subsistence_e4: stratum -> price up to the subsistence consumption.
        beyond_e4: stratum -> price above it, up to 800 kWh.
        sectors_e4: sector (``official``, ``commercial`` …) -> its one price.
    """

    subsistence_e4: Mapping[int, int]
    beyond_e4: Mapping[int, int]
    sectors_e4: Mapping[str, int]


def unit_cost_e4(
    generation_e4: int, distribution_e4: int, commercial_e4: int, losses_ppm: int = LOSSES_PPM
) -> int:
    """The unit cost of service, 10⁻⁴ COP/kWh: generation with its losses, distribution, commercialisation.

    >>> unit_cost_e4(8977700, 290800, 526000) / 10000  # Isla Fuerte, January 2023; published 1079.21
    1079.2022
    """
    if not 0 <= losses_ppm < PPM:
        raise PricingError("losses")
    return half_up(generation_e4 * PPM, PPM - losses_ppm) + distribution_e4 + commercial_e4


def subsistence_units(altitude_m: int) -> int:
    """Subsistence consumption of a month at an altitude, in units of 0.1 kWh.

    >>> subsistence_units(1150), subsistence_units(300)
    (1300, 1730)
    """
    kwh = SUBSISTENCE_HIGH_KWH if altitude_m >= HIGH_ALTITUDE_M else SUBSISTENCE_LOW_KWH
    return kwh * UNITS_PER_KWH


def zni_tariff(
    code: str,
    version: int,
    valid_from: date,
    *,
    reference: ReferenceTariff,
    local_cost_e4: int,
    customer: int | str,
    altitude_m: int,
) -> Tariff:
    """The tariff of a home of a stratum (1 to 3), or of a sector by name.

    Raises:
        PricingError: nothing is published for that customer.
    """
    if isinstance(customer, str):
        steps: tuple[Step, ...] = (Step("consumo", _published(reference.sectors_e4, customer)),)
    else:
        subsistence = subsistence_units(altitude_m)
        steps = (
            Step("subsistencia", _published(reference.subsistence_e4, customer), subsistence),
            Step(
                "complementario",
                _published(reference.beyond_e4, customer),
                FULL_COST_ABOVE_KWH * UNITS_PER_KWH,
            ),
            Step("pleno", local_cost_e4),
        )
    return Tariff(code, version, valid_from, steps, local_cost_e4)


def _published(prices: Mapping[Any, int], customer: int | str) -> int:
    if customer not in prices:
        raise PricingError("no-reference", customer=customer)
    return prices[customer]
