"""Management tokens, and key changes that come along with the next sale."""

import uuid
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from protocols.sts.identity import KRN_RANGE, TI_RANGE
from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Instant, Out, Page, PageQuery, page_of, row_or_404, whole
from system.config.clock import business_now
from system.vending.errors import UnableToSell
from system.vending.models import PlannedKeyChange
from system.vending.rest.fields import MeterNumber
from system.vending.rest.sales import SaleDetailOut, sale_detail_out, sales_of
from system.vending.selectors.supply import UnknownMeter, find_supply
from system.vending.services.issue_tokens import POWER_LIMIT_MAX_W, issue_management
from system.vending.services.key_changes import drop_key_change, plan_key_change

router = Router(tags=["Tokens"])


class ManagementIn(In):
    """A management token."""

    number: MeterNumber
    what: Literal["power-limit", "clear-credit", "clear-tamper"]
    value_w: Annotated[int, whole(0, POWER_LIMIT_MAX_W, description="sólo de power-limit")] = 0


class PlanIn(In):
    """A key change with the next sale."""

    number: MeterNumber
    krn: Annotated[int, whole(*KRN_RANGE)]
    ti: Annotated[int, whole(*TI_RANGE)]


class PlanOut(Out):
    """A planned key change."""

    id: int
    device_id: int
    serial: str
    sgc: str
    krn: int
    ti: int
    planned_by: str
    planned_at: Instant
    ended_at: Instant | None = Field(description="cuándo se hizo o se quitó; nulo: pendiente")


def _plan(row: PlannedKeyChange) -> PlanOut:
    return PlanOut(
        id=row.pk,
        device_id=row.device_id,
        serial=row.device.serial,
        sgc=row.sgc,
        krn=row.krn,
        ti=row.ti,
        planned_by=row.planned_by.username,
        planned_at=row.planned_at,
        ended_at=row.ended_at,
    )


def _plans(request: HttpRequest) -> Any:
    return PlannedKeyChange.objects.of(user_of(request)).select_related("device", "planned_by")


@router.put("/management-tokens/{uuid:sale_id}", **guarded(Operation.MANAGEMENT_TOKEN, SaleDetailOut, 409))
def issue(request: HttpRequest, sale_id: uuid.UUID, body: ManagementIn) -> SaleDetailOut:
    """Un token de gestión con el identificador de quien llama; otra vez, el mismo token."""
    made = issue_management(user_of(request), sale_id, body.number, body.what, body.value_w)
    return sale_detail_out(row_or_404(sales_of(request), made.pk))


@router.get("/key-changes", **guarded(Operation.KEY_CHANGE, Page[PlanOut]))
def list_plans(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los cambios de llave que esperan a la próxima recarga."""
    return page_of(Page[PlanOut], _plans(request).filter(ended_at__isnull=True), page, _plan)


@router.post("/key-changes", **guarded(Operation.KEY_CHANGE, PlanOut, status=201))
def plan(request: HttpRequest, body: PlanIn) -> PlanOut:
    """Planear un cambio de llave: la próxima recarga lleva sus tokens."""
    user = user_of(request)
    try:
        supply = find_supply(user, body.number, business_now())
    except UnknownMeter as error:
        raise UnableToSell(str(error)) from error
    return _plan(plan_key_change(user, supply.device, krn=body.krn, ti=body.ti))


@router.delete("/key-changes/{key:plan_id}", **guarded(Operation.KEY_CHANGE, PlanOut))
def drop(request: HttpRequest, plan_id: int) -> PlanOut:
    """Quitar un cambio planeado."""
    drop_key_change(user_of(request), row_or_404(_plans(request), plan_id))
    return _plan(row_or_404(_plans(request), plan_id))
