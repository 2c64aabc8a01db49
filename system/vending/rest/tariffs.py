"""Tariffs: their versions, what one would come to, and publication."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Day,
    In,
    Instant,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    whole,
)
from system.vending.models import TariffVersion
from system.vending.pricing.tariff import monthly_preview
from system.vending.pricing.zni import SUBSIDISED_STRATA
from system.vending.rest.fields import Energy, Price, ShownAmount, ShownEnergy, units_of, wh_of
from system.vending.services.tariffs import (
    ZniMonth,
    checked_tariff,
    publish_tariff,
    publish_zni,
    zni_versions,
)

router = Router(tags=["Tarifas"])
STEPS_MAX = 8


class StepIn(In):
    """A block of the month."""

    name: Annotated[str, plain_text(30)]
    price_e4: Price
    upto_wh: Energy | None = Field(None, description="hasta dónde, Wh del mes; nulo sólo en el último")


class TariffIn(In):
    """A version of a tariff."""

    code: str = Field(pattern=r"^[A-Za-z0-9._-]{1,30}$")
    name: Annotated[str, plain_text(80)]
    valid_from: Day
    steps: Annotated[list[StepIn], Field(min_length=1, max_length=STEPS_MAX)]
    unit_cost_e4: Price

    def data(self) -> dict[str, Any]:
        """As the verb wants it."""
        steps = [
            {
                "name": step.name,
                "price_e4": step.price_e4,
                "upto_units": None if step.upto_wh is None else units_of(step.upto_wh),
            }
            for step in self.steps
        ]
        return {
            "code": self.code,
            "name": self.name,
            "valid_from": self.valid_from,
            "steps": steps,
            "unit_cost_e4": self.unit_cost_e4,
        }


class ZniIn(In):
    """A month's published reference tariffs: they make one version for each stratum, 1 to 3."""

    prefix_code: str = Field(pattern=r"^[A-Za-z0-9._-]{1,20}$", description="se publican CÓDIGO-E1, -E2, -E3")
    valid_from: Day
    local_cost_e4: Price
    altitude_m: Annotated[int, whole(0, 5000, "de la localidad: decide el consumo de subsistencia")]
    subsistence_e4: Annotated[tuple[Price, Price, Price], Field(description="estratos 1, 2 y 3")]
    beyond_e4: Annotated[Price, Field(description="referencia sobre subsistencia")]

    def data(self) -> ZniMonth:
        """As the verb wants it."""
        published = dict(zip(SUBSIDISED_STRATA, self.subsistence_e4, strict=True))
        return ZniMonth(**{**self.model_dump(), "subsistence_e4": published})


class TariffsQuery(PageQuery):
    """Tariff code."""

    code: Annotated[str, free_text(30, description="vacío: todas")] = ""


class StepOut(Out):
    """A block of the month."""

    name: str
    price_e4: int
    upto_wh: int | None


class TariffOut(Out):
    """A version of a tariff."""

    code: str
    version: int
    name: str
    valid_from: date
    steps: list[StepOut]
    unit_cost_e4: int
    published_at: Instant


class PreviewOut(Out):
    """Cost of a month of some size."""

    energy_wh: ShownEnergy
    pays_c: ShownAmount
    cost_c: ShownAmount
    subsidy_c: ShownAmount = Field(description="menor que 0: contribución")


class PreviewedOut(Out):
    """Preview of a version."""

    code: str
    rows: list[PreviewOut]


def _out(row: TariffVersion) -> TariffOut:
    return TariffOut(
        code=row.code,
        version=row.version,
        name=row.name,
        valid_from=row.valid_from,
        steps=[_step(step) for step in row.steps],
        unit_cost_e4=row.unit_cost_e4,
        published_at=row.published_at,
    )


def _step(step: dict[str, Any]) -> StepOut:
    upto = step["upto_units"]
    return StepOut(
        name=step["name"], price_e4=step["price_e4"], upto_wh=None if upto is None else wh_of(upto)
    )


@router.get("/tariffs", **guarded(Operation.SEE_TARIFFS, Page[TariffOut]))
def list_tariffs(request: HttpRequest, asked: Query[TariffsQuery]) -> Any:
    """Todas las versiones, la más nueva de cada tarifa primero."""
    rows = TariffVersion.objects.of(user_of(request)).order_by("code", "-version")
    rows = rows.filter(code=asked.code) if asked.code else rows
    return page_of(Page[TariffOut], rows, asked, _out)


@router.post("/tariffs/preview", **guarded(Operation.EDIT_TARIFFS, list[PreviewOut]))
def look(request: HttpRequest, body: TariffIn) -> list[PreviewOut]:
    """A cuánto llegaría con meses de varios tamaños; no se publica nada."""
    rows = monthly_preview(checked_tariff(TariffVersion(**body.data(), version=1)))
    return [
        PreviewOut(energy_wh=wh_of(row.units), pays_c=row.pays_c, cost_c=row.cost_c, subsidy_c=row.subsidy_c)
        for row in rows
    ]


@router.post("/tariffs", **guarded(Operation.EDIT_TARIFFS, TariffOut, status=201))
def publish(request: HttpRequest, body: TariffIn) -> TariffOut:
    """Publicar la versión siguiente; nunca se corrige, la siguiente la reemplaza."""
    return _out(publish_tariff(user_of(request), **body.data()))


@router.post("/tariffs/zni/preview", **guarded(Operation.EDIT_TARIFFS, list[PreviewedOut]))
def look_at_zni(request: HttpRequest, body: ZniIn) -> list[PreviewedOut]:
    """A cuánto llegarían las tarifas de referencia de un mes de la ZNI; no se publica nada."""
    return [
        PreviewedOut(code=version["code"], rows=_previewed(version)) for version in zni_versions(body.data())
    ]


@router.post("/tariffs/zni", **guarded(Operation.EDIT_TARIFFS, list[TariffOut], status=201))
def publish_reference(request: HttpRequest, body: ZniIn) -> list[TariffOut]:
    """Publicar las tarifas de referencia de un mes de la ZNI, una por estrato; todas o ninguna."""
    return [_out(row) for row in publish_zni(user_of(request), body.data())]


def _previewed(version: dict[str, Any]) -> list[PreviewOut]:
    return [
        PreviewOut(energy_wh=wh_of(row.units), pays_c=row.pays_c, cost_c=row.cost_c, subsidy_c=row.subsidy_c)
        for row in monthly_preview(checked_tariff(TariffVersion(**version, version=1)))
    ]
