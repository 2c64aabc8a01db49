"""Routes of orders to one meter and to many: list, one with its steps, request, cancel, abort."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from system.accounts.access import require_permission, user_of
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.accounts.rest.approvals import ApprovalOut, approval_out
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    In,
    Instant,
    Key,
    Out,
    Page,
    PageQuery,
    page_of,
    plain_text,
    row_or_404,
    whole,
)
from system.head_end.errors import UnableToOrder
from system.head_end.models import Order, OrderGroup, OrderProgress
from system.head_end.rest.fields import METER, Obis, QueryKey, SerialText, device_or_404, reason_sentence
from system.head_end.selectors.orders import (
    GroupProgress,
    find_groups,
    find_orders,
    progress_of,
    sentence_of,
    steps_of,
)
from system.head_end.services.order_groups import (
    DEVICES_MAX,
    GroupRequest,
    abort_group,
    request_group,
    request_mass_disconnection,
)
from system.head_end.services.order_requests import (
    KIND_RULES,
    VALID_MAX,
    OrderRequest,
    cancel_order,
    request_order,
)
from system.head_end.vocabulary import OrderKind, OrderState
from system.registry.models import Device

#: Tokens travel with their sale, or through the API of networks.
Kind = Literal["read", "cut", "reconnect", "clock", "mode"]


class OrderIn(In):
    """Request of an order to a meter."""

    kind: Kind
    obis: Annotated[list[Obis], Field(max_length=50)] = Field(
        [], description="de una lectura; sin ellos, energía y crédito"
    )
    mode: Literal["prepaid", "postpaid"] | None = Field(None, description="del cambio de modo")
    valid_for_s: Annotated[int, whole(60, int(VALID_MAX.total_seconds()))] | None = Field(
        None, description="cuánto se intenta; sin él, lo de su clase"
    )

    def order_kind(self, request: HttpRequest) -> OrderKind:
        """The kind, for who may ask for it.

        Raises:
            PermissionDenied: he may not.
        """
        kind = OrderKind(self.kind)
        require_permission(request, KIND_RULES[kind].operation)
        return kind

    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the kind; what does not belong to it, is refused by the verb."""
        said: dict[str, Any] = {"obis": list(self.obis)} if self.obis else {}
        return said if self.mode is None else {**said, "mode": self.mode}

    def valid_for(self) -> timedelta | None:
        """So long it is tried."""
        return None if self.valid_for_s is None else timedelta(seconds=self.valid_for_s)


router = Router(tags=["Órdenes"])
_ORDER = "/field/orders/{uuid:order_id}"


class OrdersQuery(PageQuery):
    """Filter of orders; a value that is left out does not narrow."""

    state: Literal["open"] | OrderState | None = Field(None, description="open: sin terminar")
    kind: OrderKind | None = None
    text: SerialText = ""
    device_id: QueryKey | None = None
    group_id: uuid.UUID | None = None


class OrderOut(Out):
    """An order."""

    id: uuid.UUID
    device_id: int
    serial: str
    kind: OrderKind
    state: OrderState
    reason: str
    sentence: str = Field(description="cómo está y por qué")
    attempts: int
    asked_by: str
    asked_at: Instant
    deadline: Instant
    changed_at: Instant
    group_id: uuid.UUID | None
    sale_id: uuid.UUID | None = Field(description="venta cuyo token lleva")


class OrderStepOut(Out):
    """A transition."""

    at: Instant
    before: OrderState
    after: OrderState
    reason: str
    sentence: str
    by: str = Field(description="usuario o recolector; vacío: el sistema")


class OrderDetailOut(OrderOut):
    """An order with its answer and each step."""

    result: dict[str, Any] = Field(description="lo que respondió el medidor")
    steps: list[OrderStepOut]


def order_out(row: OrderProgress) -> OrderOut:
    """A row of `find_orders` as it travels."""
    return OrderOut(**_lines(row))


def _lines(row: OrderProgress) -> dict[str, Any]:
    order = row.order
    return {
        "id": order.pk,
        "device_id": row.device_id,
        "serial": row.device.serial,
        "kind": order.kind,
        "state": row.state,
        "reason": row.reason,
        "sentence": sentence_of(row),
        "attempts": row.attempts,
        "asked_by": order.asked_by.username,
        "asked_at": order.asked_at,
        "deadline": order.deadline,
        "changed_at": row.changed_at,
        "group_id": order.group_id,
        "sale_id": order.sale_id,
    }


def _detail(request: HttpRequest, order_id: uuid.UUID) -> OrderDetailOut:
    row: OrderProgress = row_or_404(find_orders(user_of(request)), order_id)
    steps = [
        OrderStepOut(
            at=step.at,
            before=step.before,
            after=step.after,
            reason=step.reason,
            sentence=reason_sentence(step.reason),
            by=step.user.username if step.user else step.collector,
        )
        for step in steps_of(row.order)
    ]
    return OrderDetailOut(**_lines(row), result=row.result, steps=steps)


@router.get("/field/orders", **guarded(Operation.SEE_FIELD, Page[OrderOut]))
def list_orders(request: HttpRequest, asked: Query[OrdersQuery]) -> Any:
    """Las órdenes, la última primero."""
    rows = find_orders(
        user_of(request),
        state=asked.state or "",
        kind=asked.kind or "",
        text=asked.text,
        device_id=asked.device_id,
    )
    if asked.group_id is not None:
        rows = rows.filter(order__group_id=asked.group_id)
    return page_of(Page[OrderOut], rows, asked, order_out)


@router.get(_ORDER, **guarded(Operation.SEE_FIELD, OrderDetailOut))
def one_order(request: HttpRequest, order_id: uuid.UUID) -> OrderDetailOut:
    """Una orden: lo que respondió el medidor y cada paso."""
    return _detail(request, order_id)


_REQUESTING: dict[str, Any] = guarded(Operation.READ_METER, OrderDetailOut, status=201)
_REQUESTING["response"][200] = OrderDetailOut


@router.put(f"{METER}/orders/{{uuid:order_id}}", **_REQUESTING)
def request_one(request: HttpRequest, device_id: int, order_id: uuid.UUID, body: OrderIn) -> Status[Any]:
    """Pedir algo a un medidor con el identificador de quien llama: 201 la primera vez, 200 la misma otra vez.

    422: se negó, o ese identificador se usó para otra cosa.
    """
    device, user = device_or_404(request, device_id), user_of(request)
    kind = body.order_kind(request)
    known = Order.objects.of(user).filter(pk=order_id).exists()
    request_order(user, OrderRequest(order_id, device, kind, body.parameters(), body.valid_for()))
    return Status(200 if known else 201, _detail(request, order_id))


@router.post(f"{_ORDER}/cancellation", **guarded(Operation.CANCEL_ORDER, OrderDetailOut))
def cancel(request: HttpRequest, order_id: uuid.UUID) -> OrderDetailOut:
    """Anular una orden que aún no se envió; anularla otra vez no cambia nada."""
    row_or_404(OrderProgress.objects.of(user_of(request)), order_id)
    cancel_order(user_of(request), order_id)
    return _detail(request, order_id)


group_router = Router(tags=["Órdenes a muchos medidores"])
_GROUP = "/field/order-groups/{uuid:group_id}"
#: A list of 5,000 long keys.
_BODY_MAX_BYTES = 128 * 1024
Devices = Annotated[list[Key], Field(min_length=1, max_length=DEVICES_MAX, description="cada uno una vez")]


class OrderGroupIn(OrderIn):
    """The same order for many meters."""

    name: Annotated[str, plain_text(100)]
    device_ids: Devices
    approval_id: uuid.UUID | None = Field(None, description="de un corte masivo aprobado")


class MassCutIn(In):
    """A mass disconnection that a second person shall approve."""

    device_ids: Devices
    reason: Annotated[str, plain_text(200, "por qué, para quien aprueba")]


class OrderGroupOut(Out):
    """State of a group."""

    id: uuid.UUID
    name: str
    kind: OrderKind
    asked_by: str
    asked_at: Instant
    deadline: Instant
    aborted: bool
    total: int
    ended: int
    done: int
    percent: int = Field(description="de las órdenes, cuántas terminaron, como sea")
    counts: dict[str, int] = Field(description="órdenes en cada estado")
    approval_id: uuid.UUID | None


def _group_out(progress: GroupProgress) -> OrderGroupOut:
    group = progress.group
    return OrderGroupOut(
        id=group.pk,
        name=group.name,
        kind=group.kind,
        asked_by=group.asked_by.username,
        asked_at=group.asked_at,
        deadline=group.deadline,
        aborted=progress.aborted,
        total=progress.total,
        ended=progress.ended,
        done=progress.done,
        percent=progress.percent,
        counts={state.value: count for state, count in progress.counts.items()},
        approval_id=group.approval_id,
    )


def _one_group(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    row_or_404(OrderGroup.objects.of(user_of(request)), group_id)
    found: Any = progress_of(user_of(request), group_id)
    return _group_out(found)


def _devices(request: HttpRequest, keys: list[int]) -> tuple[Device, ...]:
    found = {row.pk: row for row in Device.objects.of(user_of(request)).filter(pk__in=set(keys))}
    missing = next((key for key in keys if key not in found), None)
    if missing is not None:
        raise UnableToOrder(f"No existe el medidor {missing}.")
    return tuple(found[key] for key in keys)


def _approval(request: HttpRequest, approval_id: uuid.UUID | None) -> Approval | None:
    if approval_id is None:
        return None
    found: Approval | None = Approval.objects.of(user_of(request)).filter(pk=approval_id).first()
    if found is None:
        raise UnableToOrder("Esa aprobación no existe.")
    return found


@group_router.get("/field/order-groups", **guarded(Operation.SEE_FIELD, Page[OrderGroupOut]))
def list_groups(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Los últimos cien grupos, con su avance."""
    return page_of(Page[OrderGroupOut], find_groups(user_of(request)), asked, _group_out)


@group_router.get(_GROUP, **guarded(Operation.SEE_FIELD, OrderGroupOut))
def one_group(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    """Un grupo; sus órdenes están en `/field/orders?group_id=…`."""
    return _one_group(request, group_id)


_REQUESTING_GROUP: dict[str, Any] = guarded(
    Operation.READ_METER, OrderGroupOut, status=201, body_max_bytes=_BODY_MAX_BYTES
)
_REQUESTING_GROUP["response"][200] = OrderGroupOut


@group_router.put(_GROUP, **_REQUESTING_GROUP)
def request_group_orders(request: HttpRequest, group_id: uuid.UUID, body: OrderGroupIn) -> Status[Any]:
    """Pedir lo mismo a muchos: 201 la primera vez, 200 el mismo grupo otra vez.

    Un corte masivo lleva la aprobación de otra persona, pedida en `…/approval` con los mismos medidores.
    """
    user, kind = user_of(request), body.order_kind(request)
    known = OrderGroup.objects.of(user).filter(pk=group_id).exists()
    devices = _devices(request, body.device_ids)
    wanted = GroupRequest(group_id, body.name, kind, devices, body.parameters(), body.valid_for())
    request_group(user, wanted, _approval(request, body.approval_id))
    return Status(200 if known else 201, _one_group(request, group_id))


@group_router.put(
    f"{_GROUP}/approval", **guarded(Operation.MASS_DISCONNECT, ApprovalOut, body_max_bytes=_BODY_MAX_BYTES)
)
def ask_for_mass_cut(request: HttpRequest, group_id: uuid.UUID, body: MassCutIn) -> ApprovalOut:
    """Pedir que otra persona apruebe un corte masivo; repetirlo da la misma solicitud."""
    wanted = GroupRequest(group_id, "Corte masivo", OrderKind.CUT, _devices(request, body.device_ids))
    return approval_out(request_mass_disconnection(user_of(request), wanted, body.reason))


@group_router.post(f"{_GROUP}/abort", **guarded(Operation.CANCEL_ORDER, OrderGroupOut))
def abort(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    """Anular lo que aún no se envió; lo enviado sigue su curso."""
    abort_group(user_of(request), row_or_404(OrderGroup.objects.of(user_of(request)), group_id))
    return _one_group(request, group_id)
