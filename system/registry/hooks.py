"""What the registry knows of rooms above it: rows by name, as Django's own references are by name.

The registry never imports them; where such a room is not installed, there is simply nothing.
"""

from typing import Any

from django.apps import apps


def optional_manager(label: str) -> Any:
    """The manager of a model by its name, ``app.Model``; None where it is not there."""
    try:
        return apps.get_model(label).objects
    except LookupError:
        return None


def tariff_codes(provider_id: int) -> dict[str, str]:
    """Code -> name of the tariffs of a provider; the newest version's name."""
    manager = optional_manager("vending.TariffVersion")
    if manager is None:
        return {}
    found = manager.filter(provider_id=provider_id).order_by("code", "version")
    return dict(found.values_list("code", "name"))
