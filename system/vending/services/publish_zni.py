"""Publish a month's reference tariffs of the non-interconnected zones: one version for each stratum."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from system.accounts.models import User
from system.vending.models import TariffVersion
from system.vending.pricing.zni import SUBSIDISED_STRATA, ReferenceTariff, zni_tariff
from system.vending.services.publish_tariff import publish_tariff


@dataclass(frozen=True, slots=True)
class ZniMonth:
    """What the ministry published, and what the service costs here.

    Args:
        prefix_code: of the tariffs; ``-E1`` and so on is put behind it.
        valid_from: from which business day they price.
        local_cost_e4: full cost of a kWh, 10⁻⁴ COP.
        altitude_m: of the locality: it decides the subsistence consumption.
        subsistence_e4: stratum -> reference up to it, 10⁻⁴ COP/kWh.
        beyond_e4: reference above it, 10⁻⁴ COP/kWh.
    """

    prefix_code: str
    valid_from: date
    local_cost_e4: int
    altitude_m: int
    subsistence_e4: Mapping[int, int]
    beyond_e4: int


def zni_versions(month: ZniMonth) -> list[dict[str, Any]]:
    """What `publish_tariff` is told, one for each stratum.

    Raises:
        PricingError: the prices make no tariff.
    """
    beyond = dict.fromkeys(SUBSIDISED_STRATA, month.beyond_e4)
    reference = ReferenceTariff(month.subsistence_e4, beyond, {})
    return [_version(month, reference, stratum) for stratum in SUBSIDISED_STRATA]


def publish_zni(user: User, month: ZniMonth) -> list[TariffVersion]:
    """Publish them, all or none.

    Raises:
        UnableToSell: see `publish_tariff`.
        PricingError: the prices make no tariff.
    """
    with transaction.atomic():
        return [publish_tariff(user, **version) for version in zni_versions(month)]


def _version(month: ZniMonth, reference: ReferenceTariff, stratum: int) -> dict[str, Any]:
    tariff = zni_tariff(
        f"{month.prefix_code}-E{stratum}",
        1,
        month.valid_from,
        reference=reference,
        local_cost_e4=month.local_cost_e4,
        customer=stratum,
        altitude_m=month.altitude_m,
    )
    steps = [
        {"name": step.name, "price_e4": step.price_e4, "upto_units": step.upto_units} for step in tariff.steps
    ]
    return {
        "code": tariff.code,
        "name": f"Residencial estrato {stratum}",
        "valid_from": tariff.valid_from,
        "steps": steps,
        "unit_cost_e4": tariff.unit_cost_e4,
    }
