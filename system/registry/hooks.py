"""Extension points of the registry, filled in by apps above it when Django starts.

The registry never imports those apps; without them there are no tariffs, sales and further personal data.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from system.accounts.models import User
from system.registry.models import Installation


@dataclass(frozen=True, slots=True)
class PersonalDataPart:
    """Columns of a model with personal data.

    Args:
        title: Spanish, in the export.
        model: ``app.Model``.
        owner: from a row to its customer, as Django's filters write it.
        columns: that are personal.
        now: further filter: an installation is a customer's only while his agreement holds.
    """

    title: str
    model: str
    owner: str
    columns: tuple[str, ...]
    now: Mapping[str, Any] | None = None


@dataclass(slots=True)
class RegistryHooks:
    """Extension points.

    Attributes:
        tariff_codes: provider id -> code and name of its tariffs.
        last_sales: user, installation, number -> the last sales that the user may see, newest first.
        personal_data: personal columns of other apps (Law 1581).
    """

    tariff_codes: Callable[[int], dict[str, str]] = lambda _provider_id: {}
    last_sales: Callable[[User, Installation, int], Sequence[Any]] = lambda _user, _installation, _count: ()
    personal_data: tuple[PersonalDataPart, ...] = field(default=())


HOOKS = RegistryHooks()


def tariff_codes(provider_id: int) -> dict[str, str]:
    """Code -> name of the tariffs of a provider; the newest version's name."""
    return HOOKS.tariff_codes(provider_id)
