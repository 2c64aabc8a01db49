"""Groups that a rule fills: who fits joins, who does not leaves; memberships are dated facts (R4.1-07)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.models import Agreement, Group, GroupMembership, GroupRule, Installation
from system.registry.services.groups import join


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
        group.rule_by, group.rule_value = by, value.strip() if by else ""
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


def _agreed(column: str) -> Callable[[str, datetime], Q]:
    def fits(value: str, now: datetime) -> Q:
        agreements: Any = Agreement.objects.at(now).filter(**{column: value})
        return Q(pk__in=agreements.values("installation_id"))

    return fits


def _column(column: str) -> Callable[[str, datetime], Q]:
    return lambda value, _: Q(**{column: value})


def _stratum(value: str, _: datetime) -> Q:
    return Q(estrato=int(value)) if value.isascii() and value.isdigit() and len(value) == 1 else Q(pk__in=[])


_FITS: Mapping[str, Callable[[str, datetime], Q]] = {
    GroupRule.SITE_KIND: _column("site__kind"),
    GroupRule.SECTOR: _column("sector"),
    GroupRule.COMMUNITY: _column("site__community__name"),
    GroupRule.SITE: _column("site__name"),
    GroupRule.STRATUM: _stratum,
    GroupRule.TARIFF: _agreed("tariff_code"),
    GroupRule.MODE: _agreed("mode"),
}
