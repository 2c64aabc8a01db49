"""JSON for programs: whole numbers in the unit that each column names, row by row."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, BinaryIO

from system.reports.declaring import Kind
from system.reports.making import Made

UNITS: Mapping[Kind, str] = {
    Kind.PESOS: "centavos de COP",
    Kind.KWH: "Wh",
    Kind.PRICE: "10⁻⁴ COP/kWh",
    Kind.PERCENT: "ppm",
    Kind.RATIO: "ppm",
    Kind.COUNT: "unidades",
    Kind.DAY: "AAAA-MM-DD",
    Kind.INSTANT: "ISO 8601",
    Kind.TEXT: "texto",
}


def write(made: Made, out: BinaryIO) -> None:
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
                "unit": UNITS[column.kind],
            }
            for column in report.columns
        ],
    }
    out.write(_text(head)[:-1].encode())
    out.write(b', "rows": [')
    for number, row in enumerate(made.rows()):
        out.write(b",\n" if number else b"\n")
        out.write(_text(row).encode())
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
    out.write(f'\n], "totals": {_text(named)}, "count": {made.tally.count}}}\n'.encode())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)
