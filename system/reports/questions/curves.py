"""Curves of consumption of a customer (R4.2-03): 15 minutes to months, gaps and doubtful values marked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from system.config.clock import BOGOTA
from system.reports.answer import Answer, Row, of_rows
from system.reports.declaring import Column, Kind, Values
from system.reports.errors import UnableToReport
from system.reports.parameters import INSTALLATION, choice, day
from system.reports.readings import Point, daily, instants, intervals

COLUMNS = (
    Column("periodo", "Período"),
    Column("termina", "Termina", Kind.INSTANT, help="Fin del intervalo"),
    Column("kwh", "kWh", Kind.KWH, total=True, decimals=3),
    Column("kwh_parcial", "Parcial (kWh)", Kind.KWH, total=True, decimals=3, help="De lo que sí se leyó"),
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


def ask(_user: Any, values: Values) -> Answer:
    """One row for each step.

    Raises:
        UnableToReport: too many days for so fine a step.
    """
    home, since, until = values["niu"], values["since"], values["until"]
    step = values["step"]
    if step in _COARSE:
        points = [
            Point(instants(on, on)[1], wh, reason="" if wh is not None else "sin leer")
            for on, wh in daily(home, since, until)
        ]
        points = points if any(one.wh is not None for one in points) else []
    else:
        if (until - since).days >= FINE_DAYS_MAX:
            raise UnableToReport(f"Con ese paso son {FINE_DAYS_MAX} días a lo sumo: use «Día» o «Mes».")
        points = intervals(home, since, until)
    rows = list(_rows(points, step))
    gaps = sum(1 for one in points if one.wh is None)
    note = f"Faltan {gaps} de {len(points)} intervalos." if gaps else "Sin huecos."
    return of_rows(rows, note if points else NO_READINGS)


def _rows(points: Iterable[Point], step: str) -> Iterator[Row]:
    group, name = _GROUPS[step], _NAMES.get(step, "{:%Y-%m-%d}")
    for _, found in groupby(points, key=lambda one: group(one.ends_at.astimezone(BOGOTA))):
        some = list(found)
        yield (name.format(_day_of(some[0].ends_at.astimezone(BOGOTA))), *_cells(some))


def _cells(points: list[Point]) -> Row:
    known = [one.wh for one in points if one.wh is not None]
    missing = len(points) - len(known)
    marks = _marks(points, missing)
    whole = sum(known) if not missing else None
    partial = sum(known) if missing and known else None
    return (points[-1].ends_at, whole, partial, "; ".join(marks))


def _marks(points: list[Point], missing: int) -> list[str]:
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
