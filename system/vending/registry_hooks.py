"""Vending's part of the registry: tariffs, sales of an installation, personal data (`system.registry.hooks`).

A module of its own because `apps.py` may not import models before Django is ready.
"""

from collections.abc import Sequence

from system.accounts.models import User
from system.registry.hooks import HOOKS, PersonalDataPart
from system.registry.models import Installation
from system.vending.models import Sale, TariffVersion

PERSONAL_DATA = (
    PersonalDataPart(
        "ventas",
        "vending.Sale",
        "agreement__customer",
        ("number", "kind", "drn", "business_at", "amount_c", "units", "energy_c", "deducted_c"),
    ),
    PersonalDataPart(
        "obligaciones",
        "vending.ObligationRow",
        "installation__agreements__customer",
        ("kind", "name", "starts_on"),
        {"installation__agreements__valid_to__isnull": True},
    ),
)


def connect() -> None:
    """Fill in the registry's extension points."""
    HOOKS.tariff_codes = _tariff_codes
    HOOKS.last_sales = _last_sales
    HOOKS.personal_data = PERSONAL_DATA


def _tariff_codes(provider_id: int) -> dict[str, str]:
    versions = TariffVersion.objects.filter(provider_id=provider_id).order_by("code", "version")
    return dict(versions.values_list("code", "name"))


def _last_sales(user: User, installation: Installation, count: int) -> Sequence[Sale]:
    sold = Sale.objects.of(user).filter(installation=installation).select_related("outcome", "reversal")
    return list(sold.order_by("-business_at")[:count])
