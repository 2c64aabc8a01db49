"""Plans and rules of a provider: what is read when, and what is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfigure
from system.head_end.logs import kept_logs
from system.head_end.models import Channel, CollectionPlan, FieldRules
from system.head_end.periods import DAY_S, obis_of
from system.registry.models import Group

#: What every provider wants to begin with: the curve of 15 minutes and the register of midnight, each night.
FIRST_PLANS = (("Curva de carga", "1.0.99.1.0", 900), ("Registro diario", "1.0.99.2.0", DAY_S))
#: What `save_rules` takes: the columns of `FieldRules`.
RULE_NAMES = frozenset(
    {
        "confirm_known",
        "clock_set_max_s",
        "clock_doubt_s",
        "mass_cut_from",
        "token_valid_s",
        "event_logs",
        "silent_after_s",
    }
)


@dataclass(frozen=True, slots=True)
class PlanData:
    """A collection plan; see `system.head_end.models.CollectionPlan`."""

    name: str
    profile: str
    period_s: int
    at_s: int = 1800
    every_s: int = DAY_S
    group: Group | None = None
    enabled: bool = True


def first_plans(provider_id: int) -> None:
    """What a provider's field begins with, within the caller's transaction; nothing where he has plans."""
    if not CollectionPlan.objects.filter(provider_id=provider_id).exists():
        for name, profile, period_s in FIRST_PLANS:
            CollectionPlan.objects.create(
                provider_id=provider_id, name=name, profile=profile, period_s=period_s
            )


def save_plan(user: User, data: PlanData, plan: CollectionPlan | None = None) -> CollectionPlan:
    """Make a plan, or change one.

    Raises:
        UnableToConfigure: the user may not, or the data make no sense.
    """
    _may(user, *[row for row in (plan, data.group) if row is not None])
    if data.period_s < 1 or DAY_S % data.period_s or data.every_s < data.period_s:
        raise UnableToConfigure("El periodo debe dividir el día, y no se lee más seguido que cada periodo.")
    with writing():
        row = plan or CollectionPlan(provider_id=user.provider_pk)
        row.name, row.profile, row.period_s = data.name.strip(), obis_of(data.profile), data.period_s
        row.at_s, row.every_s, row.group, row.enabled = data.at_s, data.every_s, data.group, data.enabled
        _save(row)
        Channel.objects.of(user).update(due_at=business_now())
        _audit(user, f"plan:{row.pk}", {"profile": row.profile, "period_s": row.period_s})
    return row


def save_rules(user: User, **changes: Any) -> FieldRules:
    """Change the provider's rules; names and meanings are those of `FieldRules`.

    Raises:
        UnableToConfigure: the user may not, or a value makes no sense.
    """
    _may(user)
    unknown = set(changes) - RULE_NAMES
    if unknown:
        raise UnableToConfigure(f"No existe la regla {', '.join(sorted(unknown))}.")
    if "event_logs" in changes:
        changes["event_logs"] = kept_logs(str(changes["event_logs"]).split())
    with writing():
        row, _ = FieldRules.objects.get_or_create(provider_id=user.provider_pk)
        for name, value in changes.items():
            setattr(row, name, value)
        _save(row)
        _audit(user, f"rules:{row.pk}", {name: str(value) for name, value in changes.items()})
    found: FieldRules = row
    return found


def _save(row: Any) -> None:
    try:
        row.full_clean(exclude=["provider"])
    except ValidationError as error:
        raise UnableToConfigure(" ".join(error.messages)) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise UnableToConfigure("Ya hay otro con ese nombre.") from None


def _may(user: User, *rows: Any) -> None:
    if not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if any(row.provider_id != user.provider_id for row in rows):
        raise UnableToConfigure("Eso no existe.")


def _audit(user: User, subject: str, detail: Mapping[str, Any]) -> None:
    audit.record(Operation.MANAGE_FIELD.value, user=user, subject=subject, detail=detail)
