"""The formats that a report can be written in; CSV and JSON, row by row."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from system.config.spreadsheets import escape_formula
from system.reports.declaration import NUMBER_KINDS, Column, ColumnKind, CsvDialect
from system.reports.render import pdf, xlsx
from system.reports.render.cells import cell_text, file_number
from system.reports.run import ReportRun

# --- CSV, in the report's own dialect

_MARK = b"\xef\xbb\xbf"


def write_csv(made: ReportRun, out: BinaryIO) -> None:
    """Write it, row by row."""
    dialect, columns = made.report.dialect, made.report.columns
    if dialect.mark:
        out.write(_MARK)
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=dialect.separator)
    writer.writerow([escape_formula(column.name if dialect.names else column.title) for column in columns])
    writer.writerows(
        [_csv_cell(dialect, *pair) for pair in zip(columns, row, strict=True)] for row in _csv_rows(made)
    )
    text.detach()


def _csv_rows(made: ReportRun) -> Iterator[Any]:
    yield from made.rows()
    totals = made.totals() if made.report.dialect.totals else None
    if totals is not None:
        yield ("Total", *totals[1:])


def _csv_cell(dialect: CsvDialect, column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind in NUMBER_KINDS and isinstance(value, int):
        return file_number(column, value, dialect.decimal)
    if column.kind is ColumnKind.DAY and hasattr(value, "strftime"):
        return str(value.strftime(dialect.day))
    return escape_formula(value if isinstance(value, str) else cell_text(column, value))


# --- JSON, in whole numbers of the unit that each column names

COLUMN_UNITS: Mapping[ColumnKind, str] = {
    ColumnKind.PESOS: "centavos de COP",
    ColumnKind.KWH: "Wh",
    ColumnKind.PRICE: "10⁻⁴ COP/kWh",
    ColumnKind.PERCENT: "ppm",
    ColumnKind.RATIO: "ppm",
    ColumnKind.COUNT: "unidades",
    ColumnKind.DAY: "AAAA-MM-DD",
    ColumnKind.INSTANT: "ISO 8601",
    ColumnKind.TEXT: "texto",
}


def write_json(made: ReportRun, out: BinaryIO) -> None:
    """Write it, row by row; totals come last, when they are known."""
    report, heading = made.report, made.heading
    head = {
        "format": "amibench-report/1",
        "report": report.name,
        "title": report.title,
        "provider": heading.provider,
        "made_by": heading.made_by,
        "made_at": heading.made_at.isoformat(),
        "parameters": dict(heading.said),
        "notes": list(made.answer.notes),
        "findings": [
            {"where": one.where, "column": one.column, "says": one.says} for one in made.answer.findings
        ],
        "columns": [
            {
                "name": column.name,
                "title": column.title,
                "kind": column.kind.value,
                "unit": COLUMN_UNITS[column.kind],
            }
            for column in report.columns
        ],
    }
    out.write(_json_text(head)[:-1].encode())
    out.write(b', "rows": [')
    for number, row in enumerate(made.rows()):
        out.write(b",\n" if number else b"\n")
        out.write(_json_text(row).encode())
    totals = made.totals()
    named = (
        {}
        if totals is None
        else {
            column.name: total
            for column, total in zip(report.columns, totals, strict=True)
            if total is not None
        }
    )
    out.write(f'\n], "totals": {_json_text(named)}, "count": {made.tally.count}}}\n'.encode())


def _json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_json_default)


def _json_default(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True, slots=True)
class Format:
    """A format.

    Args:
        label: on the button.
        content_type: of HTTP and mail.
        write: writes a report to a binary stream.
    """

    label: str
    content_type: str
    write: Callable[[ReportRun, BinaryIO], None]


#: By the end of the file's name.
FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", write_csv),
    "xlsx": Format(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx.write_xlsx,
    ),
    "pdf": Format("PDF", "application/pdf", pdf.write_pdf),
    "json": Format("JSON", "application/json", write_json),
}
