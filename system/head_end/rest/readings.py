"""Readings: the curve of a quantity, energy by the day, and what is missing."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from protocols.dlms.obis import obis_of
from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Day, In, Instant, InstantIn, Out, Page, PageQuery, QueryInt, page_of
from system.config.clock import business_day, business_now
from system.head_end.api_types import Curve, Quality
from system.head_end.errors import UnableToOrder
from system.head_end.rest.fields import METER, Obis, QueryKey, device_or_404
from system.head_end.selectors.consumption import daily_consumption
from system.head_end.selectors.curves import curve, load_curve
from system.head_end.selectors.reading_gaps import GapRow, gap_report
from system.head_end.selectors.registers import ENERGY_IMPORT

router = Router(tags=["Lecturas"])
#: Days of one answer: of a curve, of energy by the day; and how far back gaps are looked for.
CURVE_DAYS_MAX, DAYS_MAX, GAP_DAYS = 31, 366, 31
_EARLIEST = date(2000, 1, 1)


class CurveQuery(In):
    """Of what, and when."""

    start: InstantIn = Field(description="desde, sin incluirlo")
    end: InstantIn = Field(description=f"hasta, incluido; a lo sumo {CURVE_DAYS_MAX} días después")
    obis: Obis = ENERGY_IMPORT
    period_s: Annotated[QueryInt, Field(ge=60, le=86_400)] | None = Field(
        None, description="del perfil; sin él, el más fino que tenga la magnitud"
    )
    differences: bool = Field(
        False, description="de un registro que sólo sube: la energía de cada intervalo en vez del registro"
    )


class DaysQuery(In):
    """Range of days, both included."""

    first: Day | None = Field(None, description="día de Bogotá; sin él, 30 días antes del último")
    last: Day | None = Field(None, description="día de Bogotá; sin él, ayer")


class GapsQuery(PageQuery):
    """Of which meter, since when."""

    device_id: QueryKey | None = None
    since: InstantIn | None = Field(None, description=f"sin él, {GAP_DAYS} días atrás")


class CurvePointOut(Out):
    """A point of a curve."""

    ends_at: Instant
    value: float | None = Field(description="en la unidad de la curva; nulo: falta")
    quality: Quality


class CurveOut(Out):
    """A curve with its gaps; without points where the quantity was never read with a period."""

    device_id: int
    obis: str
    unit: str
    period_s: int | None
    cumulative: bool = Field(description="un registro que sólo sube")
    gaps: int = Field(description="puntos sin valor")
    points: list[CurvePointOut]


class DayEnergyOut(Out):
    """Energy of a business day."""

    day: date
    energy_wh: int | None = Field(description="nulo: falta una lectura")


class GapOut(Out):
    """Rows of a profile that are missing."""

    device_id: int
    serial: str
    profile: str
    kind: str = Field(description="open: falta leer; none-there: el medidor no tiene; doubted: en cuarentena")
    after: Instant
    to: Instant
    rows: int


def _curve_out(device_id: int, obis: str, found: Curve | None) -> CurveOut:
    if found is None:
        return CurveOut(
            device_id=device_id,
            obis=obis_of(obis),
            unit="",
            period_s=None,
            cumulative=False,
            gaps=0,
            points=[],
        )
    return CurveOut(
        device_id=found.device_id,
        obis=found.obis,
        unit=found.unit,
        period_s=found.period_s,
        cumulative=found.cumulative,
        gaps=found.gaps,
        points=[
            CurvePointOut(ends_at=point.ends_at, value=point.value, quality=point.quality)
            for point in found.points
        ],
    )


def _gap(row: GapRow) -> GapOut:
    return GapOut(**{name: getattr(row, name) for name in GapOut.model_fields})


def _within(start: datetime, end: datetime) -> None:
    if not timedelta() < end - start <= timedelta(days=CURVE_DAYS_MAX):
        raise UnableToOrder(f"Una curva va de un instante a otro posterior, a lo sumo {CURVE_DAYS_MAX} días.")
    if start.date() < _EARLIEST or end > business_now() + timedelta(days=CURVE_DAYS_MAX):
        raise UnableToOrder("Ese tiempo está fuera de lo que se guarda.")


@router.get(f"{METER}/curve", **guarded(Operation.SEE_FIELD, CurveOut))
def one_curve(request: HttpRequest, device_id: int, asked: Query[CurveQuery]) -> CurveOut:
    """Cada punto de una magnitud, con lo que falta señalado."""
    device = device_or_404(request, device_id)
    _within(asked.start, asked.end)
    if asked.differences:
        made = load_curve(device, asked.start, asked.end, asked.period_s, asked.obis)
    else:
        made = curve(device, asked.obis, asked.start, asked.end, asked.period_s)
    return _curve_out(device.pk, asked.obis, made)


@router.get(f"{METER}/days", **guarded(Operation.SEE_FIELD, list[DayEnergyOut]))
def energy_by_day(request: HttpRequest, device_id: int, asked: Query[DaysQuery]) -> list[DayEnergyOut]:
    """La energía de cada día, del registro de la medianoche."""
    device = device_or_404(request, device_id)
    last = asked.last or business_day() - timedelta(days=1)
    first = asked.first or max(last, _EARLIEST + timedelta(days=30)) - timedelta(days=30)
    if not 0 <= (last - first).days < DAYS_MAX or first < _EARLIEST or last > business_day():
        raise UnableToOrder(f"Pida de 1 a {DAYS_MAX} días, hasta hoy.")
    found = daily_consumption(device, first, last)
    return [DayEnergyOut(day=row.day, energy_wh=row.energy_wh) for row in found]


@router.get("/field/gaps", **guarded(Operation.SEE_FIELD, Page[GapOut]))
def list_gaps(request: HttpRequest, asked: Query[GapsQuery]) -> Any:
    """Lo que los planes de lectura querían y no está, por medidor y tiempo."""
    now = business_now()
    only = None if asked.device_id is None else [device_or_404(request, asked.device_id).pk]
    since = asked.since or now - timedelta(days=GAP_DAYS)
    return page_of(Page[GapOut], gap_report(user_of(request), now, since=since, device_ids=only), asked, _gap)
