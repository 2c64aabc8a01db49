"""Reports in the API: the catalogue, a report as JSON in whole numbers, and as CSV."""

from datetime import date, datetime
from io import BytesIO
from itertools import islice
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field, create_model

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, Out
from system.accounts.rest.problems import AppApi, Refusal
from system.reports.catalogue import REGISTRY
from system.reports.declaration import UnableToReport
from system.reports.render import formats
from system.reports.render.formats import COLUMN_UNITS
from system.reports.run import run_report

router = Router(tags=["Reportes"])
Name = Literal[tuple(REGISTRY)]  # type: ignore[valid-type]
ROWS_MAX = 5_000
_TEXT_MAX = 60
_GIVEN: dict[str, Any] = {
    parameter.name: (str | None, Field(None, max_length=_TEXT_MAX, description=parameter.label))
    for report in REGISTRY.values()
    for parameter in report.parameters
}
#: Every parameter of every report; one that a report does not know is of no account to it.
ReportQuery: Any = create_model("ReportQuery", __base__=In, **_GIVEN)


class ColumnOut(Out):
    """A column."""

    name: str
    title: str
    kind: str
    unit: str = Field(description="de los enteros de esa columna")


class FindingOut(Out):
    """Something that is missing in the data."""

    where: str
    column: str
    says: str


class ReportOut(Out):
    """A report."""

    name: str
    title: str
    parameters: dict[str, str]
    notes: list[str]
    columns: list[ColumnOut]
    rows: list[list[int | str | None]] = Field(description=f"las primeras {ROWS_MAX}")
    total_rows: int
    totals: dict[str, int]
    findings: list[FindingOut]
    findings_count: int


class ParameterOut(Out):
    """Something that can be asked of a report."""

    name: str
    label: str


class ReportNameOut(Out):
    """A report that there is."""

    name: str
    title: str
    answers: str
    parameters: list[ParameterOut]


def _given(asked: Any) -> dict[str, str]:
    return {name: text for name, text in asked.model_dump().items() if text is not None}


def _json_cell(cell: Any) -> int | str | None:
    if isinstance(cell, (datetime, date)):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, int) else str(cell)


@router.get("/reports", **guarded(Operation.SEE_REPORTS, list[ReportNameOut]))
def list_reports(request: HttpRequest) -> list[ReportNameOut]:
    """Los informes que hay, y qué se les puede pedir."""
    return [
        ReportNameOut(
            name=report.name,
            title=report.title,
            answers=report.answers,
            parameters=[ParameterOut(name=one.name, label=one.label) for one in report.parameters],
        )
        for report in REGISTRY.values()
    ]


@router.get("/reports/{name}", **guarded(Operation.SEE_REPORTS, ReportOut))
def one_report(request: HttpRequest, name: Name, asked: Query[ReportQuery]) -> ReportOut:  # type: ignore[valid-type]
    """Un informe."""
    made = run_report(user_of(request), REGISTRY[name], _given(asked))
    passing = made.rows()
    rows = [[_json_cell(cell) for cell in row] for row in islice(passing, ROWS_MAX)]
    for _ in passing:
        pass  # the rest is counted and added up
    totals = made.totals() or ()
    named = zip(made.report.columns, totals, strict=False)
    return ReportOut(
        name=name,
        title=made.report.title,
        parameters=dict(made.heading.said),
        notes=list(made.answer.notes),
        columns=[
            ColumnOut(name=one.name, title=one.title, kind=one.kind.value, unit=COLUMN_UNITS[one.kind])
            for one in made.report.columns
        ],
        rows=rows,
        total_rows=made.tally.count,
        totals={column.name: total for column, total in named if total is not None},
        findings=[
            FindingOut(where=one.where, column=one.column, says=one.says) for one in made.answer.findings
        ],
        findings_count=made.answer.findings_count,
    )


@router.get("/reports/{name}/csv", **guarded(Operation.SEE_REPORTS, None, media_type="text/csv"))
def csv_report(request: HttpRequest, name: Name, asked: Query[ReportQuery]) -> HttpResponse:  # type: ignore[valid-type]
    """Un informe como CSV, en pesos y kWh, como lo da la página."""
    out = BytesIO()
    formats.write_csv(run_report(user_of(request), REGISTRY[name], _given(asked)), out)
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


APP_API = AppApi(
    routers=(router,),
    refusals={UnableToReport: Refusal(422, "refused", "No se puede")},
)
