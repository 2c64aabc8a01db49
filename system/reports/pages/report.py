"""A report: its parameters, its chart, its table, and the same as a file."""

from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts import audit
from system.accounts.access import address_of, requires
from system.accounts.operations import Operation
from system.reports.catalogue import REGISTRY
from system.reports.declaring import NUMBERS, Kind, Report
from system.reports.errors import UnableToReport
from system.reports.making import Made, form_of, made_of
from system.reports.pages.attached import attached
from system.reports.parameters import ReportForm
from system.reports.render.formats import FORMATS
from system.reports.render.points import Points, gathering
from system.reports.render.words import shown

PAGE_ROWS = 100
FINDINGS_SHOWN = 50
#: Told by an address that its reader knows of the findings and wants the file all the same.
ALL_THE_SAME = "con_hallazgos"


@requires(Operation.SEE_REPORTS)
@require_GET
def report(request: HttpRequest, name: str) -> HttpResponse:
    """A report; ``?como=csv`` and the like give the file."""
    found = REGISTRY.get(name)
    if found is None:
        raise Http404
    user: Any = request.user
    form = form_of(user, found, request.GET.dict())
    wanted = request.GET.get("como", "")
    if not form.is_valid():
        if not form.asked:  # nothing was asked yet: no complaint that something is missing
            form = form_of(user, found, {}).unasked()
        return render(
            request, "reports/report.html", _frame(found, form, user), status=400 if wanted else 200
        )
    try:
        made = made_of(user, found, form)
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


def _contents(made: Made, page: int) -> dict[str, Any]:
    charts: list[Points] = []
    columns = made.report.columns
    first = (page - 1) * PAGE_ROWS
    rows = [
        _cells(columns, row)
        for number, row in enumerate(gathering(made.report, made.rows(), charts))
        if first <= number < first + PAGE_ROWS
    ]
    totals = made.totals()
    pages = max(1, -(-made.tally.count // PAGE_ROWS))
    return {
        "asked": True,
        "heading": made.heading,
        "head": [(column, column.kind in NUMBERS) for column in columns],
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
    return [(_class(column.kind), shown(column, value)) for column, value in zip(columns, row, strict=True)]


def _totals(columns: tuple[Any, ...], totals: tuple[Any, ...]) -> list[tuple[str, str]]:
    pairs = list(zip(columns, totals, strict=True))[1:]
    return [(_class(column.kind), "" if total is None else shown(column, total)) for column, total in pairs]


_CLASSES: Mapping[Kind, str] = {**dict.fromkeys(NUMBERS, "n"), Kind.DAY: "when", Kind.INSTANT: "when"}


def _class(kind: Kind) -> str:
    return _CLASSES.get(kind, "")


def _file(request: HttpRequest, made: Made, form: ReportForm, wanted: str) -> HttpResponse:
    """The file, written to the disk first so that memory stays flat; that it left the house is told."""
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
