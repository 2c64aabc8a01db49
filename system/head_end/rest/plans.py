"""Routes of collection plans and of the provider's rules."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from protocols.intervals import DAY_S
from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Flag,
    In,
    Key,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    row_or_404,
    whole,
)
from system.head_end.errors import UnableToConfigure
from system.head_end.models import CollectionPlan, FieldRules
from system.head_end.rest.fields import Obis
from system.head_end.selectors.meter_access import rules_of
from system.head_end.services.configuration import PlanData, save_plan, save_rules
from system.registry.models import Group

router = Router(tags=["Planes de lectura y reglas"])
_ONE = "/field/plans/{key:plan_id}"
_S_MAX = 30 * DAY_S


class FieldPlanIn(In):
    """Collection plan: the profile and its times."""

    name: Annotated[str, plain_text(60)]
    profile: Obis
    period_s: Annotated[int, whole(60, DAY_S, "de sus filas; divide el día")]
    at_s: Annotated[int, whole(0, DAY_S - 1, "hora de Bogotá, en segundos desde la medianoche")] = 1800
    every_s: Annotated[int, whole(60, DAY_S, "y luego cada tanto")] = DAY_S
    group_id: Key | None = Field(None, description="sólo medidores de este grupo; nulo: todos")
    enabled: Flag = True


class FieldPlanOut(Out):
    """A plan."""

    id: int
    name: str
    profile: str
    period_s: int
    at_s: int
    every_s: int
    group_id: int | None
    enabled: bool


class FieldRulesIn(In):
    """Rules to change; what is left out, stays."""

    confirm_known: Flag | None = None
    clock_set_max_s: Annotated[int, whole(0, DAY_S)] | None = None
    clock_doubt_s: Annotated[int, whole(0, DAY_S)] | None = None
    mass_cut_from: Annotated[int, whole(2, 5_000)] | None = None
    token_valid_s: Annotated[int, whole(60, _S_MAX)] | None = None
    event_logs: Annotated[str, free_text(200, "códigos OBIS separados por espacios")] | None = None
    silent_after_s: Annotated[int, whole(60, _S_MAX)] | None = None


class FieldRulesOut(Out):
    """Rules of a provider for the field."""

    confirm_known: bool = Field(description="confirmar sin preguntar lo que el registro conoce")
    clock_set_max_s: int = Field(description="un reloj más corrido no se ajusta solo")
    clock_doubt_s: int = Field(description="lecturas de un reloj más corrido van a cuarentena")
    mass_cut_from: int = Field(description="tantos cortes juntos necesitan otra persona")
    token_valid_s: int = Field(description="cuánto se intenta llevar un token")
    event_logs: str
    silent_after_s: int = Field(description="sin contacto por tanto tiempo, en silencio")


def _plan(row: CollectionPlan) -> FieldPlanOut:
    plain = set(FieldPlanOut.model_fields) - {"id"}
    return FieldPlanOut(id=row.pk, **{name: getattr(row, name) for name in plain})


def _rules(row: FieldRules) -> FieldRulesOut:
    return FieldRulesOut(**{name: getattr(row, name) for name in FieldRulesOut.model_fields})


def _rows(request: HttpRequest) -> Any:
    return CollectionPlan.objects.of(user_of(request)).order_by("name", "pk")


def _data(request: HttpRequest, body: FieldPlanIn) -> PlanData:
    said = body.model_dump(exclude={"group_id"})
    group = None
    if body.group_id is not None:
        group = Group.objects.of(user_of(request)).filter(pk=body.group_id).first()
        if group is None:
            raise UnableToConfigure("No existe ese grupo.")
    return PlanData(**said, group=group)


@router.get("/field/plans", **guarded(Operation.SEE_FIELD, Page[FieldPlanOut]))
def list_plans(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Qué perfil se lee, cada cuánto y desde qué hora."""
    return page_of(Page[FieldPlanOut], _rows(request), asked, _plan)


@router.post("/field/plans", **guarded(Operation.MANAGE_FIELD, FieldPlanOut, status=201))
def new_plan(request: HttpRequest, body: FieldPlanIn) -> FieldPlanOut:
    """Un plan más."""
    return _plan(save_plan(user_of(request), _data(request, body)))


@router.put(_ONE, **guarded(Operation.MANAGE_FIELD, FieldPlanOut))
def change_plan(request: HttpRequest, plan_id: int, body: FieldPlanIn) -> FieldPlanOut:
    """Cambiar un plan, o apagarlo."""
    found = row_or_404(_rows(request), plan_id)
    return _plan(save_plan(user_of(request), _data(request, body), found))


@router.get("/field/rules", **guarded(Operation.SEE_FIELD, FieldRulesOut))
def rules(request: HttpRequest) -> FieldRulesOut:
    """Las reglas del prestador para su campo."""
    return _rules(rules_of(user_of(request).provider_pk))


@router.patch("/field/rules", **guarded(Operation.MANAGE_FIELD, FieldRulesOut))
def change_rules(request: HttpRequest, body: FieldRulesIn) -> FieldRulesOut:
    """Cambiar algunas reglas."""
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    save_rules(user_of(request), **changes)
    return _rules(rules_of(user_of(request).provider_pk))
