"""Reports: sales by day, counter and shift, obligations, last recharges; on the screen, as CSV, as XLSX."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from system.accounts.access import requires
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import BOGOTA
from system.vending.export import to_csv, to_xlsx
from system.vending.pages.doing import user_of
from system.vending.pages.office_forms import PeriodForm
from system.vending.selectors.obligations import obligation_status
from system.vending.selectors.reports import SalesRow, last_recharges, sales_report, total_of

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its columns, those of them that hold money (centavos) or energy, and what makes its rows."""

    title: str
    head: tuple[str, ...]
    make: Callable[[User, date, date], Rows]
    money: frozenset[int] = frozenset()
    energy: frozenset[int] = frozenset()


_SALES_HEAD = ("Recargas", "kWh", "Energía", "Obligaciones", "Recibido", "Reversado", "Facturas", "Neto")


def _sales(group: str) -> Callable[[User, date, date], Rows]:
    def make(user: User, since: date, until: date) -> Rows:
        rows = sales_report(user, since, until, group)
        return [_sales_cells(row) for row in (*rows, total_of(rows))] if rows else []

    return make


def _sales_cells(row: SalesRow) -> tuple[Any, ...]:
    money = (row.energy_c, row.deducted_c, row.sold_c, row.reversed_c, row.payments_c, row.net_c)
    return (row.name, row.count, row.units, *money)


def _obligations(user: User, since: date, until: date) -> Rows:
    return [
        (
            one.row.installation.niu,
            one.kind_name,
            one.row.name,
            one.opening_c,
            one.charged_c,
            one.collected_c,
            one.closing_c,
        )
        for one in obligation_status(user, since, until)
    ]


def _last(user: User, _since: date, until: date) -> Rows:
    return [
        (
            one.niu,
            one.place,
            "nunca" if one.last_at is None else f"{one.last_at.astimezone(BOGOTA):%Y-%m-%d %H:%M}",
            "" if one.days is None else one.days,
        )
        for one in last_recharges(user, until)
    ]


_MONEY, _ENERGY = frozenset(range(3, 9)), frozenset({2})
REPORTS: Mapping[str, Report] = {
    "dia": Report("Ventas por día", ("Día", *_SALES_HEAD), _sales("day"), _MONEY, _ENERGY),
    "punto": Report("Ventas por punto de venta", ("Punto", *_SALES_HEAD), _sales("point"), _MONEY, _ENERGY),
    "turno": Report("Ventas por turno", ("Turno", *_SALES_HEAD), _sales("shift"), _MONEY, _ENERGY),
    "obligaciones": Report(
        "Estado de obligaciones",
        ("NIU", "Clase", "Concepto", "Saldo inicial", "Cargado", "Recaudado", "Saldo final"),
        _obligations,
        frozenset({3, 4, 5, 6}),
    ),
    "ultima-recarga": Report("Última recarga", ("NIU", "Lugar", "Última recarga", "Días"), _last),
}
_SHOWN_MAX = 500


@requires(Operation.SEE_REPORTS)
@require_GET
def reports(request: HttpRequest, name: str = "dia") -> HttpResponse:
    """A report over a period; ``?como=csv`` or ``xlsx`` gives the file."""
    report = REPORTS.get(name)
    if report is None:
        raise Http404
    form = PeriodForm(request.GET if "since" in request.GET else PeriodForm.this_month())
    period = form.cleaned_data if form.is_valid() else PeriodForm.this_month()
    rows = report.make(user_of(request), period["since"], period["until"])
    if request.GET.get("como") in _FILES:
        return file_of(request.GET["como"], name, report, rows, period)
    shown = {
        "report": report,
        "name": name,
        "reports": [(key, one.title) for key, one in REPORTS.items()],
        "form": form,
        "period": period,
        "rows": [_cells(report, row) for row in rows[:_SHOWN_MAX]],
        "head": [(text, column > 0) for column, text in enumerate(report.head)],
        "more": max(0, len(rows) - _SHOWN_MAX),
    }
    return render(request, "vending/reports.html", shown)


_FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_of(kind: str, name: str, report: Report, rows: Rows, period: Mapping[str, date]) -> HttpResponse:
    """A report as a file of a kind (``csv``, ``xlsx``)."""
    plain = [[_plain(report, n, cell) for n, cell in enumerate(row)] for row in rows]
    made = to_csv(report.head, plain) if kind == "csv" else to_xlsx(report.title, report.head, plain)
    answer = HttpResponse(made, content_type=_FILES[kind])
    file = f"{name}-{period['since']}-{period['until']}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _cells(report: Report, row: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """Each cell with how the page shows it."""
    return [(_kind(report, n, cell), cell) for n, cell in enumerate(row)]


def _kind(report: Report, column: int, cell: Any) -> str:
    if column in report.money:
        return "pesos"
    if column in report.energy:
        return "kwh"
    return "n" if isinstance(cell, int) else ""


def _plain(report: Report, column: int, cell: Any) -> Any:
    """Pesos and kWh for a file."""
    divisor = {"pesos": 100, "kwh": 10}.get(_kind(report, column, cell))
    return cell if divisor is None else cell / divisor
