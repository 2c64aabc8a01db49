"""Reports as JSON, with whole numbers, and as CSV, as the pages give it."""

from datetime import date
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Day, In, Out
from system.config.clock import business_day
from system.vending.errors import UnableToSell
from system.vending.pages.reports import REPORTS, Report, file_of

router = Router(tags=["Reportes"])
Name = Literal["dia", "punto", "turno", "obligaciones", "ultima-recarga"]
ROWS_MAX = 5_000


class PeriodQuery(In):
    """Business days, both included; without them, the running month."""

    since: Day | None = None
    until: Day | None = None

    def days(self) -> tuple[date, date]:
        """From when to when.

        Raises:
            UnableToSell: it ends before it begins.
        """
        until = self.until or business_day()
        since = self.since or until.replace(day=1)
        if until < since:
            raise UnableToSell("El período termina antes de empezar.")
        return since, until


class ColumnOut(Out):
    """A column."""

    title: str
    unit: Literal["", "c", "wh"] = Field(description="c: centavos de COP; wh: Wh; vacío: texto o cuenta")


class ReportOut(Out):
    """A report over a period."""

    name: str
    title: str
    since: date
    until: date
    columns: list[ColumnOut]
    rows: list[list[int | str]] = Field(
        description=f"las primeras {ROWS_MAX}; la última de ventas es el total"
    )
    total_rows: int


class ReportNameOut(Out):
    """A report that there is."""

    name: str
    title: str


def _unit(report: Report, column: int) -> Literal["", "c", "wh"]:
    if column in report.money:
        return "c"
    return "wh" if column in report.energy else ""


def _cell(report: Report, column: int, cell: object) -> int | str:
    if isinstance(cell, int):
        return cell * 100 if column in report.energy else cell
    return str(cell)


@router.get("/reports", **does(Operation.SEE_REPORTS, list[ReportNameOut]))
def list_reports(request: HttpRequest) -> list[ReportNameOut]:
    """Los reportes que hay."""
    return [ReportNameOut(name=name, title=report.title) for name, report in REPORTS.items()]


@router.get("/reports/{name}", **does(Operation.SEE_REPORTS, ReportOut))
def one_report(request: HttpRequest, name: Name, period: Query[PeriodQuery]) -> ReportOut:
    """Un reporte de un período."""
    since, until = period.days()
    report = REPORTS[name]
    rows = report.make(user_of(request), since, until)
    return ReportOut(
        name=name,
        title=report.title,
        since=since,
        until=until,
        columns=[ColumnOut(title=title, unit=_unit(report, n)) for n, title in enumerate(report.head)],
        rows=[[_cell(report, n, cell) for n, cell in enumerate(row)] for row in rows[:ROWS_MAX]],
        total_rows=len(rows),
    )


@router.get("/reports/{name}/csv", **does(Operation.SEE_REPORTS, None, media_type="text/csv"))
def csv_report(request: HttpRequest, name: Name, period: Query[PeriodQuery]) -> HttpResponse:
    """Un reporte como CSV, en pesos y kWh, como lo da la página."""
    since, until = period.days()
    report = REPORTS[name]
    rows = report.make(user_of(request), since, until)
    return file_of("csv", name, report, rows, {"since": since, "until": until})
