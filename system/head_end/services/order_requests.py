"""Requests of orders: the rule of each kind, one order once, the tokens of a sale, cancellation."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end.api_types import Delivery
from system.head_end.errors import UnableToOrder
from system.head_end.models import MeterAccess, Order, OrderGroup, OrderProgress
from system.head_end.selectors.meter_access import rules_of
from system.head_end.selectors.orders import delivery_of
from system.head_end.services.order_lifecycle import OrderEvent, Transition, apply_transition
from system.head_end.services.registration import make_channels_due
from system.head_end.vocabulary import OrderKind, OrderState
from system.registry.models import Device

_OBIS = re.compile(r"\d{1,3}(\.\d{1,3}){4,5}")
_TOKEN_DIGITS = re.compile(r"\d{20}")
_OBIS_MAX = 50
MODES = ("prepaid", "postpaid")


@dataclass(frozen=True, slots=True)
class KindRule:
    """The rule of a kind.

    Args:
        operation: what its user must be allowed to do.
        valid_for: so long it is tried where nobody says otherwise.
        complaint: what is wrong with parameters, a Spanish sentence; empty: nothing.
    """

    operation: Operation
    valid_for: timedelta
    complaint: Callable[[Mapping[str, Any]], str]


def _no_parameters(said: Mapping[str, Any]) -> str:
    return "" if not said else "Esta orden no lleva parámetros."


def _obis_parameters(said: Mapping[str, Any]) -> str:
    codes = said.get("obis", [])
    fits = isinstance(codes, list) and len(codes) <= _OBIS_MAX and set(said) <= {"obis"}
    if fits and all(isinstance(code, str) and _OBIS.fullmatch(code) for code in codes):
        return ""
    return "Los códigos OBIS de la lectura no son válidos."


def _token_parameters(said: Mapping[str, Any]) -> str:
    fits = (
        set(said) == {"digits"}
        and isinstance(said["digits"], str)
        and _TOKEN_DIGITS.fullmatch(said["digits"])
    )
    return "" if fits else "Un token tiene 20 dígitos."


def _mode_parameters(said: Mapping[str, Any]) -> str:
    fits = set(said) == {"mode"} and said["mode"] in MODES
    return "" if fits else "El modo es prepago (prepaid) o pospago (postpaid)."


KIND_RULES: Mapping[OrderKind, KindRule] = {
    OrderKind.READ: KindRule(Operation.READ_METER, timedelta(hours=1), _obis_parameters),
    OrderKind.TOKEN: KindRule(Operation.DELIVER_TOKEN, timedelta(days=3), _token_parameters),
    OrderKind.CUT: KindRule(Operation.SEND_ORDER, timedelta(hours=12), _no_parameters),
    OrderKind.RECONNECT: KindRule(Operation.SEND_ORDER, timedelta(days=1), _no_parameters),
    OrderKind.CLOCK: KindRule(Operation.SEND_ORDER, timedelta(hours=12), _no_parameters),
    OrderKind.MODE: KindRule(Operation.SEND_ORDER, timedelta(days=1), _mode_parameters),
}
#: The longest that an order is tried.
VALID_MAX = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """Request of an order to a meter.

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


def request_order(user: User, request: OrderRequest) -> Order:
    """Write an order; it is carried out with the next visit to the meter.

    Raises:
        UnableToOrder: the user may not, the parameters are wrong, the meter is not in the field, or the id
            was used for something else.
    """
    return request_orders(user, [request])[0]


def request_orders(
    user: User, requests: Sequence[OrderRequest], group: OrderGroup | None = None
) -> list[Order]:
    """Write orders, all or none; those whose ids are known already are the same orders.

    Raises:
        UnableToOrder: one of them is refused.
    """
    for request in requests:
        check_request(user, request)
    try:
        with write_transaction():
            return write_orders(user, requests, group, business_now())
    except IntegrityError:  # somebody wrote one of them at the same moment: it is there now
        with write_transaction():
            return write_orders(user, requests, group, business_now())


def write_orders(
    user: User, requests: Sequence[OrderRequest], group: OrderGroup | None, now: datetime
) -> list[Order]:
    """The rows, within the caller's transaction; of requests that were checked.

    Raises:
        UnableToOrder: an id was used for something else, or a meter is not in the field.
    """
    known = {order.pk: order for order in Order.objects.filter(pk__in=[request.id for request in requests])}
    for request in requests:
        if request.id in known:
            check_same_order(known[request.id], request, user)
    fresh = [request for request in requests if request.id not in known]
    if not fresh:
        return [known[request.id] for request in requests]
    accesses = {
        row.device_id: row
        for row in MeterAccess.objects.of(user).filter(device_id__in=[request.device.pk for request in fresh])
    }
    for request in fresh:
        if request.device.pk not in accesses:
            raise UnableToOrder(
                f"El medidor {request.device.serial} no está en campo: no se le puede hablar."
            )
    for request in fresh:
        known[request.id] = _write_order(user, request, group, now)
    make_channels_due(sorted({accesses[request.device.pk].channel_id for request in fresh}), now)
    return [known[request.id] for request in requests]


def check_request(user: User, request: OrderRequest) -> None:
    """See that somebody may want this.

    Raises:
        UnableToOrder: he may not, or it makes no sense.
    """
    rule = KIND_RULES[request.kind]
    if not user.may(rule.operation):
        raise UnableToOrder("Su rol no permite esta orden.")
    if request.device.provider_id != user.provider_id:
        raise UnableToOrder("Ese medidor no existe.")
    complaint = rule.complaint(request.parameters)
    if complaint:
        raise UnableToOrder(complaint)
    if request.valid_for is not None and not timedelta() < request.valid_for <= VALID_MAX:
        raise UnableToOrder(f"Una orden vale entre un momento y {VALID_MAX.days} días.")


def check_same_order(order: Order, request: OrderRequest, user: User) -> None:
    """See that an id that is known was used for the same.

    Raises:
        UnableToOrder: it was not.
    """
    if order.provider_id != user.provider_id or order.fingerprint != fingerprint_of(request):
        raise UnableToOrder(f"El número {request.id} ya se usó para otra orden.")


def fingerprint_of(request: OrderRequest) -> str:
    """Of what is asked; neither of who asks nor of how long it is tried."""
    said = [
        request.device.pk,
        request.kind.value,
        dict(request.parameters),
        str(request.after),
        str(request.sale_id),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _write_order(user: User, request: OrderRequest, group: OrderGroup | None, now: datetime) -> Order:
    deadline = now + (request.valid_for or KIND_RULES[request.kind].valid_for)
    order = Order(
        id=request.id,
        provider_id=user.provider_pk,
        device=request.device,
        kind=request.kind.value,
        parameters=dict(request.parameters),
        deadline=deadline,
        asked_by=user,
        asked_at=now,
        group=group,
        after_id=request.after,
        sale_id=request.sale_id,
        position=request.position,
        fingerprint=fingerprint_of(request),
    )
    order.save()
    OrderProgress.objects.create(
        order=order,
        provider_id=order.provider_id,
        device=request.device,
        deadline=deadline,
        next_try_at=now,
        changed_at=now,
    )
    audit.record(
        KIND_RULES[request.kind].operation.value,
        user=user,
        subject=f"order:{order.pk}",
        detail={"kind": request.kind.value, "device": request.device.pk},
    )
    return order


#: Tokens of one sale: a key change has up to four sections, and credit follows.
TOKENS_MAX = 10


def token_order_id(sale_id: uuid.UUID, position: int) -> uuid.UUID:
    """The id of the order that carries a token of a sale; positions count from 1."""
    return uuid.uuid5(sale_id, f"token {position}")


def deliver_tokens(
    user: User, device: Device, sale_id: uuid.UUID, tokens: Sequence[str], valid_for: timedelta | None = None
) -> Delivery:
    """Send them; the same sale again sends nothing new.

    Raises:
        UnableToOrder: the user may not, the meter is not in the field, or the sale had other tokens.
    """
    if not 1 <= len(tokens) <= TOKENS_MAX:
        raise UnableToOrder(f"Una venta lleva entre 1 y {TOKENS_MAX} tokens.")
    if valid_for is None:
        valid_for = timedelta(seconds=rules_of(device.provider_id).token_valid_s)
    sent = Order.objects.filter(sale_id=sale_id).count()
    if sent not in (0, len(tokens)):
        raise UnableToOrder("Esa venta ya se entregó con otros tokens.")
    requests = [
        OrderRequest(
            token_order_id(sale_id, position),
            device,
            OrderKind.TOKEN,
            {"digits": digits},
            valid_for,
            after=token_order_id(sale_id, position - 1) if position > 1 else None,
            sale_id=sale_id,
            position=position,
        )
        for position, digits in enumerate(tokens, start=1)
    ]
    request_orders(user, requests)
    delivery = delivery_of(sale_id)
    if delivery is None:
        raise UnableToOrder("La entrega no quedó escrita.")
    return delivery


def cancel_order(user: User, order_id: uuid.UUID) -> Order:
    """Take it back, and what waits for it; again is no error.

    Raises:
        UnableToOrder: the user may not, it does not exist, was sent already, or has ended otherwise.
    """
    if not user.may(Operation.CANCEL_ORDER):
        raise UnableToOrder("Su rol no permite anular órdenes.")
    with write_transaction():
        rows: Any = OrderProgress.objects.of(user).select_for_update()
        progress: OrderProgress | None = rows.filter(order_id=order_id).first()
        if progress is None:
            raise UnableToOrder("Esa orden no existe.")
        if progress.state == OrderState.CANCELLED.value:
            return progress.order
        if not apply_transition(progress, Transition(OrderEvent.CANCEL, business_now(), user=user)):
            raise UnableToOrder(_NOT_CANCELLABLE.get(OrderState(progress.state), "La orden ya terminó."))
        audit.record(Operation.CANCEL_ORDER.value, user=user, subject=f"order:{order_id}")
        return progress.order


_NOT_CANCELLABLE = {
    OrderState.RUNNING: "La orden se está enviando al medidor: ya no se puede anular.",
    OrderState.UNSURE: "La orden ya se envió y falta saber qué hizo el medidor: no se puede anular.",
    OrderState.DONE: "La orden ya se cumplió.",
}
