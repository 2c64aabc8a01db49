"""Order groups: the same order for many meters, its abort, and mass disconnection with a second person."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from system.accounts import audit, four_eyes
from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end.errors import UnableToOrder
from system.head_end.models import OrderGroup, OrderGroupAbort, OrderProgress
from system.head_end.selectors.meter_access import rules_of
from system.head_end.services.order_lifecycle import OrderEvent, Transition, apply_transition
from system.head_end.services.order_requests import KIND_RULES, OrderRequest, check_request, write_orders
from system.head_end.vocabulary import OrderKind, OrderState
from system.registry.models import Device

#: Meters of one group.
DEVICES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """Request of the same order to many meters.

    Args:
        id: of the group, made by the caller.
        name: for people.
        devices: each once.
        valid_for: so long each order is tried; None: the rule of the kind.
    """

    id: uuid.UUID
    name: str
    kind: OrderKind
    devices: tuple[Device, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    valid_for: timedelta | None = None

    def arguments(self) -> dict[str, Any]:
        """Arguments that a second person sees and approves."""
        return {
            "group": str(self.id),
            "kind": self.kind.value,
            "devices": [device.pk for device in self.devices],
            "parameters": dict(self.parameters),
        }

    def fingerprint(self) -> str:
        """Of what is asked."""
        return hashlib.sha256(json.dumps(self.arguments(), sort_keys=True).encode()).hexdigest()


def request_group(user: User, request: GroupRequest, approval: Approval | None = None) -> OrderGroup:
    """Write a group and its orders, all or none; the same id again is the same group.

    Args:
        user: who asks; of a mass disconnection who asked for the approval.
        request: what.
        approval: of a mass disconnection (`ask_mass_cut`).

    Raises:
        UnableToOrder: refused, or a second person has not approved it.
    """
    known = _known_group(user, request)
    if known is not None:
        return known
    check_group(user, request)
    if needs_approval(user, request):
        _approved(user, request, approval)
    else:
        approval = None
    try:
        with write_transaction():
            return _write_group(user, request, approval, business_now())
    except IntegrityError:
        known = _known_group(user, request)
        if known is None:
            raise UnableToOrder("Esa aprobación ya se usó.") from None
        return known


def check_group(user: User, request: GroupRequest) -> None:
    """See that somebody may want this of these meters.

    Raises:
        UnableToOrder: he may not, or it makes no sense.
    """
    if not 1 <= len(request.devices) <= DEVICES_MAX:
        raise UnableToOrder(f"Un grupo tiene entre 1 y {DEVICES_MAX} medidores.")
    if len({device.pk for device in request.devices}) != len(request.devices):
        raise UnableToOrder("Un medidor aparece dos veces en el grupo.")
    if request.kind is OrderKind.TOKEN:
        raise UnableToOrder("Los tokens se envían con su venta, no en grupo.")
    if not request.name.strip():
        raise UnableToOrder("Escriba un nombre para el grupo.")
    for order in _requests(request):
        check_request(user, order)


def needs_approval(user: User, request: GroupRequest) -> bool:
    """True for a mass disconnection."""
    return request.kind is OrderKind.CUT and len(request.devices) >= rules_of(user.provider_pk).mass_cut_from


def _approved(user: User, request: GroupRequest, approval: Approval | None) -> None:
    if not user.may(Operation.MASS_DISCONNECT):
        raise UnableToOrder("Su rol no permite cortes masivos.")
    if approval is None:
        raise UnableToOrder("Un corte masivo necesita que otra persona lo apruebe.")
    if approval.provider_id != user.provider_id or approval.requested_by_id != user.pk:
        raise UnableToOrder("Solo quien pidió el corte masivo puede ejecutarlo.")
    try:
        four_eyes.require_granted(approval, Operation.MASS_DISCONNECT, request.arguments())
    except four_eyes.UnableToApprove as error:
        raise UnableToOrder(f"El corte masivo {error}.") from error


def _known_group(user: User, request: GroupRequest) -> OrderGroup | None:
    known: OrderGroup | None = OrderGroup.objects.filter(pk=request.id).first()
    if known is not None and (
        known.provider_id != user.provider_id or known.fingerprint != request.fingerprint()
    ):
        raise UnableToOrder(f"El número {request.id} ya se usó para otro grupo.")
    return known


def _write_group(user: User, request: GroupRequest, approval: Approval | None, now: datetime) -> OrderGroup:
    group = OrderGroup(
        id=request.id,
        provider_id=user.provider_pk,
        name=request.name.strip()[:100],
        kind=request.kind.value,
        parameters=dict(request.parameters),
        deadline=now + (request.valid_for or KIND_RULES[request.kind].valid_for),
        asked_by=user,
        asked_at=now,
        approval=approval,
        fingerprint=request.fingerprint(),
    )
    group.save()
    write_orders(user, _requests(request), group, now)
    audit.record(
        (Operation.MASS_DISCONNECT if approval else KIND_RULES[request.kind].operation).value,
        user=user,
        subject=f"group:{group.pk}",
        detail={"kind": request.kind.value, "meters": len(request.devices)},
    )
    return group


def _requests(request: GroupRequest) -> list[OrderRequest]:
    return [
        OrderRequest(
            uuid.uuid5(request.id, str(device.pk)),
            device,
            request.kind,
            request.parameters,
            request.valid_for,
        )
        for device in request.devices
    ]


def abort_group(user: User, group: OrderGroup) -> OrderGroupAbort:
    """Cancel every order of it that was not sent; again changes nothing.

    What was sent goes on: a meter that has its order is not told the contrary.

    Raises:
        UnableToOrder: the user may not.
    """
    if group.provider_id != user.provider_id or not user.may(Operation.CANCEL_ORDER):
        raise UnableToOrder("Su rol no permite anular órdenes.")
    known: OrderGroupAbort | None = OrderGroupAbort.objects.filter(group=group).first()
    if known is not None:
        return known
    now = business_now()
    try:
        with write_transaction():
            rows: Any = OrderProgress.objects.select_for_update().filter(
                order__group=group, state=OrderState.WAITING.value
            )
            cancelled = sum(
                apply_transition(row, Transition(OrderEvent.CANCEL, now, user=user)) for row in rows
            )
            abort = OrderGroupAbort(
                group=group,
                provider_id=group.provider_id,
                aborted_by=user,
                aborted_at=now,
                cancelled=cancelled,
            )
            abort.save()
            audit.record(
                Operation.CANCEL_ORDER.value,
                user=user,
                subject=f"group:{group.pk}",
                detail={"cancelled": cancelled},
            )
            return abort
    except IntegrityError:
        found: OrderGroupAbort = OrderGroupAbort.objects.get(group=group)
        return found


def request_mass_disconnection(user: User, request: GroupRequest, reason: str) -> Approval:
    """Ask a second person for a group of cuts; the same group again is the same request.

    Raises:
        UnableToOrder: the user may not ask, or the group makes no sense.
    """
    if request.kind is not OrderKind.CUT:
        raise UnableToOrder("Solo los cortes masivos necesitan aprobación.")
    check_group(user, request)
    try:
        return four_eyes.request_approval(
            user, Operation.MASS_DISCONNECT, request.arguments(), reason, uuid.uuid5(request.id, "approval")
        )
    except four_eyes.UnableToApprove as error:
        raise UnableToOrder(f"No se puede pedir: {error}.") from error


def execute_mass_disconnection(user: User, approval: Approval, name: str = "Corte masivo") -> OrderGroup:
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
    request = GroupRequest(
        uuid.UUID(said["group"]), name, OrderKind(said["kind"]), devices, dict(said["parameters"])
    )
    return request_group(user, request, approval)
