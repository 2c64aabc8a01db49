"""PDF on letter paper: header with provider and who made it when, page numbers, charts, the table."""

import json
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import typst

from system.config.clock import BOGOTA
from system.reports.declaration import NUMBER_KINDS, Finding
from system.reports.render.cells import cell_text
from system.reports.render.charts import ChartPoints, gather_points, svg_of
from system.reports.run import ReportRun

_TEMPLATE = Path(__file__).with_name("report.typ")
#: More is not read on paper, and would not fit into memory.
ROWS_MAX = 3_000
FINDINGS_MAX = 60


def write_pdf(made: ReportRun, out: BinaryIO) -> None:
    """Write it; of a long table the first `ROWS_MAX` rows, with a line that says so, and all totals."""
    charts: list[ChartPoints] = []
    columns = made.report.columns
    passing = gather_points(made.report, made.rows(), charts)
    rows = [
        [cell_text(*pair) for pair in zip(columns, row, strict=True)] for row in islice(passing, ROWS_MAX)
    ]
    left_off = sum(1 for _ in passing)
    totals = made.totals()
    heading = made.heading
    at = f"{heading.made_at.astimezone(BOGOTA):%Y-%m-%d %H:%M}"
    data: dict[str, Any] = {
        "title": made.report.title,
        "provider": heading.provider,
        "made": f"Hecho el {at} por {heading.made_by}",
        "foot": made.report.answers,
        "said": [list(pair) for pair in heading.said],
        "notes": list(made.answer.notes),
        "charts": [{"svg": svg_of(one), "title": one.chart.title} for one in charts if one.x],
        "columns": [{"title": column.title, "number": column.kind in NUMBER_KINDS} for column in columns],
        "rows": rows,
        "totals": None if totals is None else _totals(made, totals),
        "empty": made.report.empty,
        "more": f"Siguen {left_off} filas: están en el archivo CSV o XLSX." if left_off else "",
        "findings_title": f"Hallazgos: {made.answer.findings_count}",
        "findings": [_line(one) for one in made.answer.findings[:FINDINGS_MAX]],
    }
    drawn = typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        timestamp=int(heading.made_at.timestamp()),
    )
    out.write(bytes(drawn))


def _totals(made: ReportRun, totals: tuple[Any, ...]) -> list[str]:
    cells = [
        "" if total is None else cell_text(column, total)
        for column, total in zip(made.report.columns, totals, strict=True)
    ]
    return ["Total", *cells[1:]]


def _line(finding: Finding) -> str:
    return f"{finding.where} · {finding.column}: {finding.says}"
