"""The same order for many meters: ask, progress, abort; a mass disconnection with four eyes."""

import uuid
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from system.accounts.models import Approval
from system.accounts.operations import Operation
from system.accounts.rest.approvals import ApprovalOut, approval_out
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import In, Instant, Key, Out, plain_text, row_or_404
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.head_end.errors import UnableToOrder
from system.head_end.models import OrderGroup
from system.head_end.rest.asking import AskedIn
from system.head_end.selectors.orders import GroupProgress, find_groups, progress_of
from system.head_end.services.abort_group import abort_group
from system.head_end.services.ask_mass_cut import ask_mass_cut
from system.head_end.services.request_group import DEVICES_MAX, GroupWish, request_group
from system.head_end.vocabulary import OrderKind
from system.registry.models import Device

router = Router(tags=["Órdenes a muchos medidores"])
_ONE = "/field/order-groups/{uuid:group_id}"
#: A list of 5,000 long keys.
_BODY_MAX_BYTES = 128 * 1024
Devices = Annotated[list[Key], Field(min_length=1, max_length=DEVICES_MAX, description="cada uno una vez")]


class OrderGroupIn(AskedIn):
    """The same order for many meters."""

    name: Annotated[str, plain_text(100)]
    device_ids: Devices
    approval_id: uuid.UUID | None = Field(None, description="de un corte masivo aprobado")


class MassCutIn(In):
    """A mass disconnection that a second person shall approve."""

    device_ids: Devices
    reason: Annotated[str, plain_text(200, "por qué, para quien aprueba")]


class OrderGroupOut(Out):
    """How a group stands."""

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


def _out(progress: GroupProgress) -> OrderGroupOut:
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


def _one(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    row_or_404(OrderGroup.objects.of(user_of(request)), group_id)
    found: Any = progress_of(user_of(request), group_id)
    return _out(found)


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


@router.get("/field/order-groups", **does(Operation.SEE_FIELD, Page[OrderGroupOut]))
def list_groups(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Los últimos cien grupos, con su avance."""
    return page_of(Page[OrderGroupOut], find_groups(user_of(request)), asked, _out)


@router.get(_ONE, **does(Operation.SEE_FIELD, OrderGroupOut))
def one_group(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    """Un grupo; sus órdenes están en `/field/orders?group_id=…`."""
    return _one(request, group_id)


_ASKING: dict[str, Any] = does(
    Operation.READ_METER, OrderGroupOut, status=201, body_max_bytes=_BODY_MAX_BYTES
)
_ASKING["response"][200] = OrderGroupOut


@router.put(_ONE, **_ASKING)
def ask(request: HttpRequest, group_id: uuid.UUID, body: OrderGroupIn) -> Status[Any]:
    """Pedir lo mismo a muchos: 201 la primera vez, 200 el mismo grupo otra vez.

    Un corte masivo lleva la aprobación de otra persona, pedida en `…/approval` con los mismos medidores.
    """
    user, kind = user_of(request), body.order_kind(request)
    known = OrderGroup.objects.of(user).filter(pk=group_id).exists()
    devices = _devices(request, body.device_ids)
    wish = GroupWish(group_id, body.name, kind, devices, body.parameters(), body.valid_for())
    request_group(user, wish, _approval(request, body.approval_id))
    return Status(200 if known else 201, _one(request, group_id))


@router.put(
    f"{_ONE}/approval", **does(Operation.MASS_DISCONNECT, ApprovalOut, body_max_bytes=_BODY_MAX_BYTES)
)
def ask_for_mass_cut(request: HttpRequest, group_id: uuid.UUID, body: MassCutIn) -> ApprovalOut:
    """Pedir que otra persona apruebe un corte masivo; repetirlo da la misma solicitud."""
    wish = GroupWish(group_id, "Corte masivo", OrderKind.CUT, _devices(request, body.device_ids))
    return approval_out(ask_mass_cut(user_of(request), wish, body.reason))


@router.post(f"{_ONE}/abort", **does(Operation.CANCEL_ORDER, OrderGroupOut))
def abort(request: HttpRequest, group_id: uuid.UUID) -> OrderGroupOut:
    """Anular lo que aún no se envió; lo enviado sigue su curso."""
    abort_group(user_of(request), row_or_404(OrderGroup.objects.of(user_of(request)), group_id))
    return _one(request, group_id)
