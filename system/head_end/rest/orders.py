"""Orders of single meters: list, one with its steps, ask under the caller's id, take back."""

import uuid
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Instant, Out, row_or_404
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.head_end.models import Order, OrderProgress
from system.head_end.rest.asking import AskedIn
from system.head_end.rest.fields import METER, QueryKey, Words, device_or_404, why
from system.head_end.selectors.orders import find_orders, sentence_of, steps_of
from system.head_end.services.cancel_order import cancel_order
from system.head_end.services.request_order import Wish, request_order
from system.head_end.vocabulary import OrderKind, OrderState

router = Router(tags=["Órdenes"])
_ONE = "/field/orders/{uuid:order_id}"


class OrdersQuery(PageQuery):
    """Which of them; what is left out, does not narrow."""

    state: Literal["open"] | OrderState | None = Field(None, description="open: sin terminar")
    kind: OrderKind | None = None
    text: Words = ""
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
            sentence=why(step.reason),
            by=step.user.username if step.user else step.collector,
        )
        for step in steps_of(row.order)
    ]
    return OrderDetailOut(**_lines(row), result=row.result, steps=steps)


@router.get("/field/orders", **does(Operation.SEE_FIELD, Page[OrderOut]))
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


@router.get(_ONE, **does(Operation.SEE_FIELD, OrderDetailOut))
def one_order(request: HttpRequest, order_id: uuid.UUID) -> OrderDetailOut:
    """Una orden: lo que respondió el medidor y cada paso."""
    return _detail(request, order_id)


_ASKING: dict[str, Any] = does(Operation.READ_METER, OrderDetailOut, status=201)
_ASKING["response"][200] = OrderDetailOut


@router.put(f"{METER}/orders/{{uuid:order_id}}", **_ASKING)
def ask(request: HttpRequest, device_id: int, order_id: uuid.UUID, body: AskedIn) -> Status[Any]:
    """Pedir algo a un medidor con el identificador de quien llama: 201 la primera vez, 200 la misma otra vez.

    422: se negó, o ese identificador se usó para otra cosa.
    """
    device, user = device_or_404(request, device_id), user_of(request)
    kind = body.order_kind(request)
    known = Order.objects.of(user).filter(pk=order_id).exists()
    request_order(user, Wish(order_id, device, kind, body.parameters(), body.valid_for()))
    return Status(200 if known else 201, _detail(request, order_id))


@router.post(f"{_ONE}/cancellation", **does(Operation.CANCEL_ORDER, OrderDetailOut))
def cancel(request: HttpRequest, order_id: uuid.UUID) -> OrderDetailOut:
    """Anular una orden que aún no se envió; anularla otra vez no cambia nada."""
    row_or_404(OrderProgress.objects.of(user_of(request)), order_id)
    cancel_order(user_of(request), order_id)
    return _detail(request, order_id)
