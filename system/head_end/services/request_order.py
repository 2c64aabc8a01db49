"""Ask a meter to do something, once: the same id again is the same order."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from system.accounts import audit
from system.accounts.models import User
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToOrder
from system.head_end.models import MeterAccess, Order, OrderGroup, OrderProgress
from system.head_end.orders.kinds import RULES, VALID_MAX
from system.head_end.services.accesses import look_again
from system.head_end.vocabulary import OrderKind
from system.registry.models import Device


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a meter.

    Args:
        id: of the order, made by the caller.
        valid_for: so long it is tried; None: the rule of the kind.
        after: id of an order that must be DONE first.
        sale_id, position: of a token.
    """

    id: uuid.UUID
    device: Device
    kind: OrderKind
    parameters: Mapping[str, Any] = field(default_factory=dict)
    valid_for: timedelta | None = None
    after: uuid.UUID | None = None
    sale_id: uuid.UUID | None = None
    position: int = 0


def request_order(user: User, wish: Wish) -> Order:
    """Write an order; it is carried out with the next visit to the meter.

    Raises:
        UnableToOrder: the user may not, the parameters are wrong, the meter is not in the field, or the id
            was used for something else.
    """
    return request_orders(user, [wish])[0]


def request_orders(user: User, wishes: Sequence[Wish], group: OrderGroup | None = None) -> list[Order]:
    """Write orders, all or none; those whose ids are known already are the same orders.

    Raises:
        UnableToOrder: one of them is refused.
    """
    for wish in wishes:
        check_wish(user, wish)
    try:
        with writing():
            return write_orders(user, wishes, group, business_now())
    except IntegrityError:  # somebody wrote one of them at the same moment: it is there now
        with writing():
            return write_orders(user, wishes, group, business_now())


def write_orders(user: User, wishes: Sequence[Wish], group: OrderGroup | None, now: datetime) -> list[Order]:
    """The rows, within the caller's transaction; of wishes that were checked.

    Raises:
        UnableToOrder: an id was used for something else, or a meter is not in the field.
    """
    known = {order.pk: order for order in Order.objects.filter(pk__in=[wish.id for wish in wishes])}
    for wish in wishes:
        if wish.id in known:
            same_order(known[wish.id], wish, user)
    fresh = [wish for wish in wishes if wish.id not in known]
    if not fresh:
        return [known[wish.id] for wish in wishes]
    accesses = {
        row.device_id: row
        for row in MeterAccess.objects.of(user).filter(device_id__in=[wish.device.pk for wish in fresh])
    }
    for wish in fresh:
        if wish.device.pk not in accesses:
            raise UnableToOrder(f"El medidor {wish.device.serial} no está en campo: no se le puede hablar.")
    for wish in fresh:
        known[wish.id] = _write(user, wish, group, now)
    look_again(sorted({accesses[wish.device.pk].channel_id for wish in fresh}), now)
    return [known[wish.id] for wish in wishes]


def check_wish(user: User, wish: Wish) -> None:
    """See that somebody may want this.

    Raises:
        UnableToOrder: he may not, or it makes no sense.
    """
    rule = RULES[wish.kind]
    if not user.may(rule.operation):
        raise UnableToOrder("Su rol no permite esta orden.")
    if wish.device.provider_id != user.provider_id:
        raise UnableToOrder("Ese medidor no existe.")
    complaint = rule.complaint(wish.parameters)
    if complaint:
        raise UnableToOrder(complaint)
    if wish.valid_for is not None and not timedelta() < wish.valid_for <= VALID_MAX:
        raise UnableToOrder(f"Una orden vale entre un momento y {VALID_MAX.days} días.")


def same_order(order: Order, wish: Wish, user: User) -> None:
    """See that an id that is known was used for the same.

    Raises:
        UnableToOrder: it was not.
    """
    if order.provider_id != user.provider_id or order.fingerprint != fingerprint_of(wish):
        raise UnableToOrder(f"El número {wish.id} ya se usó para otra orden.")


def fingerprint_of(wish: Wish) -> str:
    """Of what is asked; neither of who asks nor of how long it is tried."""
    said = [wish.device.pk, wish.kind.value, dict(wish.parameters), str(wish.after), str(wish.sale_id)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _write(user: User, wish: Wish, group: OrderGroup | None, now: datetime) -> Order:
    deadline = now + (wish.valid_for or RULES[wish.kind].valid_for)
    order = Order(
        id=wish.id,
        provider_id=user.provider_pk,
        device=wish.device,
        kind=wish.kind.value,
        parameters=dict(wish.parameters),
        deadline=deadline,
        asked_by=user,
        asked_at=now,
        group=group,
        after_id=wish.after,
        sale_id=wish.sale_id,
        position=wish.position,
        fingerprint=fingerprint_of(wish),
    )
    order.save()
    OrderProgress.objects.create(
        order=order,
        provider_id=order.provider_id,
        device=wish.device,
        deadline=deadline,
        next_try_at=now,
        changed_at=now,
    )
    audit.record(
        RULES[wish.kind].operation.value,
        user=user,
        subject=f"order:{order.pk}",
        detail={"kind": wish.kind.value, "device": wish.device.pk},
    )
    return order
