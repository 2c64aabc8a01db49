"""The list of reports; a report with its parameters, chart and table, and the same as a file."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts import audit
from system.accounts.access import address_of, requires, user_of
from system.accounts.permissions import Operation
from system.reports.catalogue import REGISTRY, SECTIONS
from system.reports.declaration import NUMBER_KINDS, ColumnKind, Report, UnableToReport
from system.reports.parameters import ReportForm
from system.reports.render.cells import cell_text
from system.reports.render.charts import ChartPoints, gather_points
from system.reports.render.formats import FORMATS
from system.reports.run import ReportRun, report_form, run_form


def attached(content: BinaryIO | Any, name: str, content_type: str) -> HttpResponse:
    """Content to be kept under a name; the answer closes it."""
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    return cast(HttpResponse, answer)


PAGE_ROWS = 100
FINDINGS_SHOWN = 50
#: Parameter of an address by which its reader wants the file in spite of the findings.
ALL_THE_SAME = "con_hallazgos"


@requires(Operation.SEE_REPORTS)
@require_GET
def report(request: HttpRequest, name: str) -> HttpResponse:
    """A report; ``?como=csv`` and the like give the file."""
    found = REGISTRY.get(name)
    if found is None:
        raise Http404
    user = user_of(request)
    form = report_form(user, found, request.GET.dict())
    wanted = request.GET.get("como", "")
    if not form.is_valid():
        if not form.asked:  # nothing was asked yet: no complaint that something is missing
            form = report_form(user, found, {}).unasked()
        return render(
            request, "reports/report.html", _frame(found, form, user), status=400 if wanted else 200
        )
    try:
        made = run_form(user, found, form)
    except UnableToReport as error:
        form.add_error(None, str(error))
        return render(
            request, "reports/report.html", _frame(found, form, user), status=400 if wanted else 200
        )
    if wanted in FORMATS and not (made.answer.blocked and ALL_THE_SAME not in request.GET):
        return _file(request, made, form, wanted)
    return render(
        request, "reports/report.html", _frame(found, form, user) | _contents(made, _number(request))
    )


def _number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1


def _frame(found: Report, form: ReportForm, user: Any) -> dict[str, Any]:
    return {
        "report": found,
        "form": form,
        "query": urlencode(form.texts()),
        "formats": list(FORMATS.items()),
        "may_schedule": user.may(Operation.SCHEDULE_REPORTS),
    }


def _contents(made: ReportRun, page: int) -> dict[str, Any]:
    charts: list[ChartPoints] = []
    columns = made.report.columns
    first = (page - 1) * PAGE_ROWS
    rows = [
        _cells(columns, row)
        for number, row in enumerate(gather_points(made.report, made.rows(), charts))
        if first <= number < first + PAGE_ROWS
    ]
    totals = made.totals()
    pages = max(1, -(-made.tally.count // PAGE_ROWS))
    return {
        "asked": True,
        "heading": made.heading,
        "head": [(column, column.kind in NUMBER_KINDS) for column in columns],
        "rows": rows,
        "totals": None if totals is None else _totals(columns, totals),
        "count": made.tally.count,
        "charts": [(f"chart-{n}", one, one.for_page()) for n, one in enumerate(charts) if one.x],
        "notes": made.answer.notes,
        "findings": made.answer.findings[:FINDINGS_SHOWN],
        "findings_count": made.answer.findings_count,
        "blocked": made.answer.blocked,
        "all_the_same": ALL_THE_SAME,
        "page": page,
        "pages": pages,
        "earlier": page - 1 if 1 < page <= pages else None,
        "later": page + 1 if page < pages else None,
    }


def _cells(columns: tuple[Any, ...], row: tuple[Any, ...]) -> list[tuple[str, str]]:
    """Each cell as text, with the class of its place."""
    return [
        (_class(column.kind), cell_text(column, value)) for column, value in zip(columns, row, strict=True)
    ]


def _totals(columns: tuple[Any, ...], totals: tuple[Any, ...]) -> list[tuple[str, str]]:
    pairs = list(zip(columns, totals, strict=True))[1:]
    return [
        (_class(column.kind), "" if total is None else cell_text(column, total)) for column, total in pairs
    ]


_CLASSES: Mapping[ColumnKind, str] = {
    **dict.fromkeys(NUMBER_KINDS, "n"),
    ColumnKind.DAY: "when",
    ColumnKind.INSTANT: "when",
}


def _class(kind: ColumnKind) -> str:
    return _CLASSES.get(kind, "")


def _file(request: HttpRequest, made: ReportRun, form: ReportForm, wanted: str) -> HttpResponse:
    """The file, written to the disk first so that memory stays flat; the export is audited."""
    chosen = FORMATS[wanted]
    out = TemporaryFile()  # noqa: SIM115 - the answer closes it
    chosen.write(made, out)
    out.seek(0)
    name = file_name(made.report, form, wanted)
    audit.record(
        "reports.export",
        user=request.user,
        subject=f"report:{made.report.name}",
        detail={"file": name, "rows": made.tally.count},
        address=address_of(request),
    )
    return attached(out, name, chosen.content_type)


def file_name(found: Report, form: ReportForm, ending: str) -> str:
    """``ventas-por-dia-2026-11-01-2026-11-24.csv``."""
    days = [str(form.cleaned_data[name]) for name in ("since", "until") if form.cleaned_data.get(name)]
    return f"{'-'.join([found.name, *days])}.{ending}"


@requires(Operation.SEE_REPORTS)
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All reports by section."""
    sections = [
        (section, [report for report in REGISTRY.values() if report.section == section])
        for section in SECTIONS
    ]
    user = user_of(request)
    may_schedule = user.may(Operation.SCHEDULE_REPORTS)
    shown = {"sections": [one for one in sections if one[1]], "may_schedule": may_schedule}
    return render(request, "reports/index.html", shown)
