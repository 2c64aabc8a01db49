"""XLSX: a sheet with numbers that are numbers, and a sheet that says where they come from."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter

from system.config.clock import BOGOTA
from system.reports.declaration import NUMBER_KINDS, Column, ColumnKind
from system.reports.render.cells import SCALES, cell_text, decimals_of
from system.reports.run import ReportRun

_WIDTHS: Mapping[ColumnKind, int] = {ColumnKind.TEXT: 26, ColumnKind.PESOS: 18, ColumnKind.INSTANT: 17}
_WIDTH = 13
#: Rows that one sheet can hold, its head and its total left free.
ROWS_MAX = 1_048_576 - 2
_SHEET_NAME_MAX = 31
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
    "remove_timezone": True,
}


def write_xlsx(made: ReportRun, out: BinaryIO) -> None:
    """Write it; rows go to a temporary file as they come, so that memory stays flat."""
    book = xlsxwriter.Workbook(out, _OPTIONS)
    sheet = book.add_worksheet(made.report.title[:_SHEET_NAME_MAX].translate(_FORBIDDEN))
    formats = [_format(book, column) for column in made.report.columns]
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    for place, column in enumerate(made.report.columns):
        sheet.set_column(place, place, _WIDTHS.get(column.kind, _WIDTH))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(made.report.columns):
        sheet.write_string(0, place, column.title, bold)
    left_off = _rows(sheet, made, formats)
    _total(book, sheet, made)
    _about(book, made, left_off)
    book.close()


_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def _rows(sheet: Any, made: ReportRun, formats: list[Any]) -> int:
    left_off = 0
    for number, row in enumerate(made.rows(), 1):
        if number > ROWS_MAX:
            left_off += 1
            continue
        _row(sheet, number, zip(made.report.columns, row, formats, strict=True))
    return left_off


def _row(sheet: Any, number: int, cells: Iterable[tuple[Column, Any, Any]]) -> None:
    for place, (column, value, format_) in enumerate(cells):
        if value is None:
            continue
        if column.kind in NUMBER_KINDS and isinstance(value, int):
            sheet.write_number(number, place, value / SCALES[column.kind][0], format_)
        elif column.kind in (ColumnKind.DAY, ColumnKind.INSTANT) and not isinstance(value, str):
            at = value.astimezone(BOGOTA) if isinstance(value, datetime) else value
            sheet.write_datetime(number, place, at, format_)
        else:
            sheet.write_string(number, place, value if isinstance(value, str) else cell_text(column, value))


def _total(book: Any, sheet: Any, made: ReportRun) -> None:
    totals = made.totals()
    if totals is None:
        return
    number = min(made.tally.count, ROWS_MAX) + 1
    formats = [_format(book, column, {"bold": True, "top": 1}) for column in made.report.columns]
    sheet.write_string(number, 0, "Total", book.add_format({"bold": True, "top": 1}))
    _row(sheet, number, zip(made.report.columns, (None, *totals[1:]), formats, strict=True))


def _format(book: Any, column: Column, more: Mapping[str, Any] | None = None) -> Any:
    how = dict(more or {})
    if column.kind in NUMBER_KINDS:
        decimals = decimals_of(column)
        how["num_format"] = "#,##0" + (f".{'0' * decimals}" if decimals else "")
    elif column.kind is ColumnKind.DAY:
        how["num_format"] = "yyyy-mm-dd"
    elif column.kind is ColumnKind.INSTANT:
        how["num_format"] = "yyyy-mm-dd hh:mm"
    return book.add_format(how)


def _about(book: Any, made: ReportRun, left_off: int) -> None:
    heading = made.heading
    lines = [
        ("Informe", made.report.title),
        ("Prestador", heading.provider),
        ("Hecho por", heading.made_by),
        ("Hecho el", f"{heading.made_at.astimezone(BOGOTA):%Y-%m-%d %H:%M}"),
        *heading.said,
        *(("Nota", note) for note in made.answer.notes),
        *((f"Hallazgo {one.where}", f"{one.column}: {one.says}") for one in made.answer.findings),
    ]
    if left_off:
        lines.append(("Filas que no cupieron", str(left_off)))
    sheet = book.add_worksheet("Acerca de")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    for number, (name, text) in enumerate(lines):
        sheet.write_string(number, 0, name)
        sheet.write_string(number, 1, text)
