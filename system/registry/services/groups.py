"""Groups and their members; a membership is a dated fact."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.models import Group, GroupAxis, GroupMembership, Installation


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
