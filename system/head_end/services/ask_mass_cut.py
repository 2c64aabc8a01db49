"""Ask for a mass disconnection, and carry it out once somebody else approved it."""

import uuid

from system.accounts import four_eyes
from system.accounts.models import Approval, User
from system.accounts.operations import Operation
from system.head_end.errors import UnableToOrder
from system.head_end.models import OrderGroup
from system.head_end.services.request_group import GroupWish, check_group, request_group
from system.head_end.vocabulary import OrderKind
from system.registry.models import Device


def ask_mass_cut(user: User, wish: GroupWish, reason: str) -> Approval:
    """Ask a second person for a group of cuts; the same group again is the same request.

    Raises:
        UnableToOrder: the user may not ask, or the group makes no sense.
    """
    if wish.kind is not OrderKind.CUT:
        raise UnableToOrder("Solo los cortes masivos necesitan aprobación.")
    check_group(user, wish)
    try:
        return four_eyes.ask(
            user, Operation.MASS_DISCONNECT, wish.arguments(), reason, uuid.uuid5(wish.id, "approval")
        )
    except four_eyes.UnableToApprove as error:
        raise UnableToOrder(f"No se puede pedir: {error}.") from error


def carry_out_mass_cut(user: User, approval: Approval, name: str = "Corte masivo") -> OrderGroup:
    """Do what was approved.

    Raises:
        UnableToOrder: it was not approved, or a meter is not there any more.
    """
    if approval.operation != Operation.MASS_DISCONNECT.value or approval.provider_id != user.provider_id:
        raise UnableToOrder("Esta solicitud no se ejecuta aquí.")
    said = approval.arguments
    found = {row.pk: row for row in Device.objects.of(user).filter(pk__in=said["devices"])}
    if len(found) != len(said["devices"]):
        raise UnableToOrder("Un medidor de la solicitud ya no existe.")
    devices = tuple(found[key] for key in said["devices"])
    wish = GroupWish(
        uuid.UUID(said["group"]), name, OrderKind(said["kind"]), devices, dict(said["parameters"])
    )
    return request_group(user, wish, approval)
