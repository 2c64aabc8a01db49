"""CSV: one line a row, in the report's own dialect; no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from system.reports.declaring import NUMBERS, Column, Dialect, Kind
from system.reports.making import Made
from system.reports.render.safe import safe
from system.reports.render.words import plain, shown

_MARK = b"\xef\xbb\xbf"


def write(made: Made, out: BinaryIO) -> None:
    """Write it, row by row."""
    dialect, columns = made.report.dialect, made.report.columns
    if dialect.mark:
        out.write(_MARK)
    text = io.TextIOWrapper(out, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, delimiter=dialect.separator)
    writer.writerow([safe(column.name if dialect.names else column.title) for column in columns])
    writer.writerows(
        [_cell(dialect, *pair) for pair in zip(columns, row, strict=True)] for row in _rows(made)
    )
    text.detach()


def _rows(made: Made) -> Iterator[Any]:
    yield from made.rows()
    totals = made.totals() if made.report.dialect.totals else None
    if totals is not None:
        yield ("Total", *totals[1:])


def _cell(dialect: Dialect, column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind in NUMBERS and isinstance(value, int):
        return plain(column, value, dialect.decimal)
    if column.kind is Kind.DAY and hasattr(value, "strftime"):
        return str(value.strftime(dialect.day))
    return safe(value if isinstance(value, str) else shown(column, value))
