"""Groups of installations, by hand or by a rule; a membership is a dated fact (R4.1-07)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, TextChoices

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.identifiers import fold
from system.registry.models import (
    Agreement,
    AgreementMode,
    Group,
    GroupAxis,
    GroupMembership,
    GroupRule,
    Installation,
    Sector,
    SiteKind,
)


def create_group(user: User, *, axis: str, name: str) -> Group:
    """Make a group.

    Raises:
        UnableToRegister: the axis is unknown, or the name is taken on it.
    """
    if axis not in GroupAxis.values:
        raise UnableToRegister("Ese eje no existe.", "axis")
    row = Group(provider_id=user.provider_pk, axis=axis, name=name)
    try:
        with transaction.atomic():
            row.save()
            audit.record(Operation.EDIT_CUSTOMERS.value, user=user, subject=f"group:{row.pk}")
    except IntegrityError:
        raise UnableToRegister("En ese eje ya hay un grupo con ese nombre.", "name") from None
    return row


def join(user: User, group: Group, installations: Iterable[Installation]) -> int:
    """Let installations belong to a group from now on; who does already, stays. How many are new.

    Raises:
        UnableToRegister: a row is another provider's.
    """
    wanted = {installation.pk: installation for installation in installations}
    if any(row.provider_id != user.provider_id for row in (group, *wanted.values())):
        raise UnableToRegister("Eso no existe.")
    now = business_now()
    with transaction.atomic():
        present = GroupMembership.objects.filter(group=group, valid_to__isnull=True)
        known = set(present.values_list("installation_id", flat=True))
        new = [installation for pk, installation in sorted(wanted.items()) if pk not in known]
        GroupMembership.objects.bulk_create(
            GroupMembership(
                provider_id=user.provider_pk, group=group, installation=installation, valid_from=now
            )
            for installation in new
        )
        if new:
            _audit(user, group, {"joined": [installation.pk for installation in new]})
    return len(new)


def leave(user: User, membership: GroupMembership) -> None:
    """Let a membership end now.

    Raises:
        UnableToRegister: it ended already, or is another provider's.
    """
    if membership.provider_id != user.provider_id or membership.valid_to is not None:
        raise UnableToRegister("Esa instalación ya no está en el grupo.")
    now = business_now()
    if membership.valid_from >= now:
        raise UnableToRegister("Acaba de entrar al grupo: espere un momento.")
    with transaction.atomic():
        membership.ends(now)
        _audit(user, membership.group, {"left": [membership.installation_id]})


def _audit(user: User, group: Group, detail: dict[str, list[int]]) -> None:
    audit.record(Operation.EDIT_CUSTOMERS.value, user=user, subject=f"group:{group.pk}", detail=detail)


# --- Groups that a rule fills


def set_rule(user: User, group: Group, *, by: str, value: str) -> tuple[int, int]:
    """Give a group a rule, or another one, and fill it; with an empty `by` its members stay, by hand.

    Args:
        user: who may edit customers.
        group: of the same provider.
        by: of `GroupRule`, or empty.
        value: what its installations have in common.

    Returns:
        How many joined, and how many left.

    Raises:
        UnableToRegister: another provider's group, an unknown rule, or no value.
    """
    if group.provider_id != user.provider_id:
        raise UnableToRegister("Eso no existe.")
    if by and by not in GroupRule.values:
        raise UnableToRegister("Esa regla no existe.", "by")
    if by and not value.strip():
        raise UnableToRegister("La regla necesita un valor.", "value")
    with transaction.atomic():
        group.rule_by, group.rule_value = by, _code_of(by, value.strip()) if by else ""
        group.save(update_fields=["rule_by", "rule_value"])
        audit.record(
            Operation.EDIT_CUSTOMERS.value,
            user=user,
            subject=f"group:{group.pk}",
            detail={"rule": group.rule_by, "value": group.rule_value},
        )
        return refresh(user, group)


def refresh(user: User, group: Group) -> tuple[int, int]:
    """Let who fits the rule join, and who fits no more leave, now; without a rule nothing happens.

    Returns:
        How many joined, and how many left.

    Raises:
        UnableToRegister: another provider's group.
    """
    if group.provider_id != user.provider_id:
        raise UnableToRegister("Eso no existe.")
    if not group.rule_by:
        return 0, 0
    now = business_now()
    with transaction.atomic():
        fitting = Installation.objects.of(user).filter(_FITS[group.rule_by](group.rule_value, now))
        gone = GroupMembership.objects.filter(group=group, valid_to__isnull=True, valid_from__lt=now)
        left = sorted(gone.exclude(installation__in=fitting).values_list("installation_id", flat=True))
        gone.filter(installation__in=left).update(valid_to=now)
        if left:
            audit.record(
                Operation.EDIT_CUSTOMERS.value, user=user, subject=f"group:{group.pk}", detail={"left": left}
            )
        return join(user, group, fitting), len(left)


#: Rules whose values are codes that people know by a Spanish label.
_CODES: Mapping[str, type[TextChoices]] = {
    GroupRule.SITE_KIND: SiteKind,
    GroupRule.SECTOR: Sector,
    GroupRule.MODE: AgreementMode,
}


def rule_value_label(group: Group) -> str:
    """Value of a group's rule, in Spanish where it is a code."""
    choices = _CODES.get(group.rule_by)
    return (
        group.rule_value if choices is None else dict(choices.choices).get(group.rule_value, group.rule_value)
    )


def _code_of(by: str, typed: str) -> str:
    choices = _CODES.get(by)
    labels = {} if choices is None else {fold(str(label)): code for code, label in choices.choices}
    return str(labels.get(fold(typed), typed))


def _agreed(column: str) -> Callable[[str, datetime], Q]:
    def fits(value: str, now: datetime) -> Q:
        agreements: Any = Agreement.objects.at(now).filter(**{column: value})
        return Q(pk__in=agreements.values("installation_id"))

    return fits


def _equal(column: str) -> Callable[[str, datetime], Q]:
    return lambda value, _: Q(**{column: value})


def _stratum(value: str, _: datetime) -> Q:
    return Q(estrato=int(value)) if value.isascii() and value.isdigit() and len(value) == 1 else Q(pk__in=[])


_FITS: Mapping[str, Callable[[str, datetime], Q]] = {
    GroupRule.SITE_KIND: _equal("site__kind"),
    GroupRule.SECTOR: _equal("sector"),
    GroupRule.COMMUNITY: _equal("site__community__name"),
    GroupRule.SITE: _equal("site__name"),
    GroupRule.STRATUM: _stratum,
    GroupRule.TARIFF: _agreed("tariff_code"),
    GroupRule.MODE: _agreed("mode"),
}
