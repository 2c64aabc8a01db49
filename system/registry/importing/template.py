"""The file to begin with, and lists of errors to take along: no cell is one that an office program runs."""

import csv
import io
from collections.abc import Iterable

import xlsxwriter

from system.registry.importing.columns import COLUMNS
from system.registry.importing.errors import CellError

#: What an office program takes for the beginning of a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def harmless(text: str) -> str:
    """A text that no office program takes for a formula.

    >>> harmless("=1+1"), harmless("Rosalba")
    ("'=1+1", 'Rosalba')
    """
    return f"'{text}" if text.startswith(_STARTS) else text


def template() -> bytes:
    """A workbook with the headings, and a sheet that says what stands where, with examples."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        as_text = book.add_format({"num_format": "@"})  # or DRN and SGC lose the zeros at their head
        head = book.add_format({"bold": True, "num_format": "@", "bg_color": "#E2E9EB"})
        sheet = book.add_worksheet("Datos")
        sheet.set_column(0, len(COLUMNS) - 1, 18, as_text)
        sheet.freeze_panes(1, 0)
        said = book.add_worksheet("Ayuda")
        said.set_column(0, 3, 30, as_text)
        for number, column in enumerate(COLUMNS):
            sheet.write_string(0, number, column.heading, head)
            for place, text in enumerate((column.heading, column.need, column.example, column.help)):
                said.write_string(number, place, text)
    return buffer.getvalue()


def error_list(errors: Iterable[CellError]) -> bytes:
    """The errors as CSV in UTF-8, for who mends the file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(("fila", "columna", "error"))
    for error in errors:
        writer.writerow((error.row, harmless(error.column), harmless(error.sentence)))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
