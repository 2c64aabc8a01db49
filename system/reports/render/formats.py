"""The formats that a report can be written in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from system.reports.making import Made
from system.reports.render import csv_file, json_file, pdf_file, xlsx_file


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
    write: Callable[[Made, BinaryIO], None]


#: By the end of the file's name.
FORMATS: Mapping[str, Format] = {
    "csv": Format("CSV", "text/csv; charset=utf-8", csv_file.write),
    "xlsx": Format(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx_file.write,
    ),
    "pdf": Format("PDF", "application/pdf", pdf_file.write),
    "json": Format("JSON", "application/json", json_file.write),
}
