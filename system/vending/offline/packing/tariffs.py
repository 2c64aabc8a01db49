"""The versions of tariffs that price while a pack lives."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from protocols.offline.messages.pack import TARIFFS_MAX
from system.vending.models import TariffVersion
from system.vending.offline.errors import OfflineRefused
from system.vending.pricing import PricingError, Tariff
from system.vending.pricing.money import MILLI_PER_CENTAVO, UNITS_MAX


def versions_of(provider_id: int, codes: Iterable[str], first: date, last: date) -> tuple[Tariff, ...]:
    """Of each code the version in force on the first day, and those that come into force up to the last.

    Raises:
        OfflineRefused: a code has none on the first day, or they are too many.
    """
    found: list[Tariff] = []
    for code in sorted(set(codes)):
        rows = TariffVersion.objects.filter(provider_id=provider_id, code=code)
        now = rows.filter(valid_from__lte=first).order_by("-valid_from", "-version").first()
        if now is None:
            raise OfflineRefused(f"La tarifa {code} no está vigente: publíquela antes de hacer el paquete.")
        found += _priced([now, *rows.filter(valid_from__gt=first, valid_from__lte=last).order_by("version")])
    if len(found) > TARIFFS_MAX:
        raise OfflineRefused(f"Son más de {TARIFFS_MAX} versiones de tarifas: dé menos clientes al terminal.")
    return tuple(found)


def units_max(tariffs: Iterable[Tariff], sale_max_c: int, residue_mc: int) -> int:
    """The most units that the largest sale can buy at the lowest of all prices."""
    cheapest = min((step.price_e4 for tariff in tariffs for step in tariff.steps), default=1)
    return min(UNITS_MAX, 1 + (sale_max_c * MILLI_PER_CENTAVO + residue_mc) // cheapest)


def _priced(rows: list[Any]) -> list[Tariff]:
    try:
        return [row.priced() for row in rows]
    except PricingError as error:
        raise OfflineRefused(f"Una tarifa no sirve: {error}.") from error
