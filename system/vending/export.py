"""Tables as CSV and XLSX that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

#: What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(value: Any) -> Any:
    """A cell that stays what it is: text that would begin a formula gets an apostrophe; numbers stay numbers.

    >>> safe("=1+1"), safe(-5), safe("María")
    ("'=1+1", -5, 'María')
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        value = "" if value is None else str(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def to_csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as CSV, UTF-8 with a mark that spreadsheets look for."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + made.getvalue().encode("utf-8")


def to_xlsx(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The table as a workbook with one sheet; text is written as text."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(title[:31])
    sheet.write_row(0, 0, head, bold)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            value = safe(cell)
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(number, column, value)
    sheet.freeze_panes(1, 0)
    sheet.autofit()
    book.close()
    return made.getvalue()
