"""Consumption of a customer (R4.2-03): 15 minutes to months, gaps and doubtful values marked.

The only way from reports to what meters measured: `system.head_end.api`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from system.config.clock import BOGOTA
from system.head_end import api
from system.registry.models import DeviceInstallation, DeviceKind, Installation
from system.reports.declaration import Column, ColumnKind, QueryResult, Row, UnableToReport, Values, result_of
from system.reports.parameters import INSTALLATION, choice, day

# --- Measured energy, by `system.head_end.api`

_METERS = (DeviceKind.METER, DeviceKind.SSFVI)


@dataclass(frozen=True, slots=True)
class EnergyPoint:
    """Energy of an interval.

    Args:
        ends_at: of it, aware.
        wh: None where it is not known.
        doubtful: whether the meter marked it.
        reason: why it is not known, in words; empty where it is.
    """

    ends_at: datetime
    wh: int | None
    doubtful: bool = False
    reason: str = ""


_REASONS = {api.Quality.NONE_THERE: "el medidor no lo tiene", api.Quality.NOT_READ: "sin leer"}
_NOT_TRUSTED = "en cuarentena"


def consumption_by_installation(homes: QuerySet[Installation], since: date, until: date) -> dict[int, int]:
    """Installation id -> Wh that its meters counted over business days; who is not in it has no readings."""
    begin, end = day_bounds(since, until)
    found = api.consumption_by_installation(homes, begin, end)
    return {pk: wh for pk, wh in found.items() if wh is not None}


def daily_energy(home: Installation, since: date, until: date) -> list[tuple[date, int | None]]:
    """Wh of each business day; None marks a gap."""
    return [(one.day, one.energy_wh) for one in api.daily_consumption(home, since, until)]


def interval_energy(home: Installation, since: date, until: date) -> list[EnergyPoint]:
    """Wh of each interval of the finest profile of the meters installed there, in order."""
    begin, end = day_bounds(since, until)
    points: list[EnergyPoint] = []
    for hung in _installed_meters(home, begin, end):
        first = max(begin, hung.valid_from)
        last = min(end, hung.valid_to or end)
        points += _of_meter(hung.device, first, last)
    return points


def day_bounds(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants at which the first of some business days begins and the last one ends.

    >>> [str(at) for at in instants(date(2026, 1, 1), date(2026, 1, 1))]
    ['2026-01-01 00:00:00-05:00', '2026-01-02 00:00:00-05:00']
    """
    begin = datetime.combine(since, time(), BOGOTA)
    return begin, datetime.combine(until, time(), BOGOTA) + timedelta(days=1)


def _installed_meters(home: Installation, begin: datetime, end: datetime) -> Any:
    rows = DeviceInstallation.objects.filter(installation=home, role__in=_METERS, valid_from__lt=end)
    return rows.exclude(valid_to__lte=begin).order_by("valid_from").select_related("device")


def _of_meter(device: Any, begin: datetime, end: datetime) -> list[EnergyPoint]:
    curve = api.curve(device, api.ENERGY_IMPORT, begin, end)
    if curve is None:
        return []
    if not curve.cumulative:
        return [_energy_point(one, one.value) for one in curve.points]
    # what a register counted in an interval needs its value at the beginning, too
    before = api.curve(
        device, api.ENERGY_IMPORT, begin - timedelta(seconds=curve.period_s), begin, curve.period_s
    )
    known = [*(before.points[-1:] if before else ()), *curve.points]
    starts = {one.ends_at: one.value for one in known}
    step = timedelta(seconds=curve.period_s)
    return [_energy_point(one, _counted(starts.get(one.ends_at - step), one.value)) for one in curve.points]


def _counted(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None or end < start else end - start


def _energy_point(one: Any, value: float | None) -> EnergyPoint:
    doubtful = one.quality is api.Quality.DOUBTFUL
    if value is not None:
        return EnergyPoint(one.ends_at, round(value), doubtful)
    reason = _REASONS.get(
        one.quality, _NOT_TRUSTED if doubtful else "falta el registro de uno de sus extremos"
    )
    return EnergyPoint(one.ends_at, None, doubtful, reason)


# --- Report

COLUMNS = (
    Column("periodo", "Período"),
    Column("termina", "Termina", ColumnKind.INSTANT, help="Fin del intervalo"),
    Column("kwh", "kWh", ColumnKind.KWH, total=True, decimals=3),
    Column(
        "kwh_parcial", "Parcial (kWh)", ColumnKind.KWH, total=True, decimals=3, help="De lo que sí se leyó"
    ),
    Column("marca", "Marca"),
)
STEPS = (
    ("intervalo", "Intervalo del medidor (15 min)"),
    ("hora", "Hora"),
    ("dia", "Día"),
    ("semana", "Semana"),
    ("mes", "Mes"),
)
PARAMETERS = (
    INSTALLATION,
    day("since", "Desde", lambda today: today - timedelta(days=7)),
    day("until", "Hasta", lambda today: today - timedelta(days=1)),
    choice("step", "Paso", STEPS, "intervalo"),
)
#: Of intervals more would neither be drawn nor read.
FINE_DAYS_MAX = 62
NO_READINGS = "Esa instalación no tiene lecturas en el período: vea Lecturas en el menú Campo."


def query(_user: Any, values: Values) -> QueryResult:
    """One row for each step.

    Raises:
        UnableToReport: too many days for so fine a step.
    """
    home, since, until = values["niu"], values["since"], values["until"]
    step = values["step"]
    if step in _COARSE:
        points = [
            EnergyPoint(day_bounds(on, on)[1], wh, reason="" if wh is not None else "sin leer")
            for on, wh in daily_energy(home, since, until)
        ]
        points = points if any(one.wh is not None for one in points) else []
    else:
        if (until - since).days >= FINE_DAYS_MAX:
            raise UnableToReport(f"Con ese paso son {FINE_DAYS_MAX} días a lo sumo: use «Día» o «Mes».")
        points = interval_energy(home, since, until)
    rows = list(_steps(points, step))
    gaps = sum(1 for one in points if one.wh is None)
    note = f"Faltan {gaps} de {len(points)} intervalos." if gaps else "Sin huecos."
    return result_of(rows, note if points else NO_READINGS)


def _steps(points: Iterable[EnergyPoint], step: str) -> Iterator[Row]:
    group, name = _GROUPS[step], _NAMES.get(step, "{:%Y-%m-%d}")
    for _, found in groupby(points, key=lambda one: group(one.ends_at.astimezone(BOGOTA))):
        some = list(found)
        yield (name.format(_day_of(some[0].ends_at.astimezone(BOGOTA))), *_cells(some))


def _cells(points: list[EnergyPoint]) -> Row:
    known = [one.wh for one in points if one.wh is not None]
    missing = len(points) - len(known)
    marks = _marks(points, missing)
    whole = sum(known) if not missing else None
    partial = sum(known) if missing and known else None
    return (points[-1].ends_at, whole, partial, "; ".join(marks))


def _marks(points: list[EnergyPoint], missing: int) -> list[str]:
    doubtful = sum(1 for one in points if one.doubtful and one.wh is not None)
    marks = []
    if missing:
        reasons = dict.fromkeys(one.reason for one in points if one.wh is None)
        how = "hueco" if len(points) == 1 else f"faltan {missing} de {len(points)}"
        marks.append(f"{how}: {', '.join(reasons)}")
    if doubtful:
        marks.append("dudoso" if len(points) == 1 else f"{doubtful} dudosos")
    return marks


def _day_of(ends_at: datetime) -> date:
    """The business day of an interval that ends then: midnight ends the day before."""
    return (ends_at - timedelta(microseconds=1)).date()


_GROUPS: Mapping[str, Callable[[datetime], Any]] = {
    "intervalo": lambda ends_at: ends_at,
    "hora": lambda ends_at: (ends_at - timedelta(microseconds=1)).replace(minute=0, second=0, microsecond=0),
    "dia": _day_of,
    "semana": lambda ends_at: _day_of(ends_at).isocalendar()[:2],
    "mes": lambda ends_at: (_day_of(ends_at).year, _day_of(ends_at).month),
}
_NAMES: Mapping[str, str] = {"semana": "{:%G, semana %V}", "mes": "{:%Y-%m}"}
_COARSE = frozenset({"dia", "semana", "mes"})
