"""``matrix.xlsx``: the run as a workbook to be sorted and filtered: summary, clauses, cases.

Every cell is text or a number, never a formula; text that a spreadsheet would take for a formula gets an
apostrophe before it, which holds in a CSV made of the sheet, too.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from conformance.evidence.formatting import ACCENT, LOOKS
from conformance.evidence.report_view import CaseView, ClauseView, ReportView, VerdictView

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CELL_LENGTH_MAX = 32_767  # what the format allows in one cell

#: A cell: text, a number, or a verdict that brings its colour.
Cell = str | int | float | VerdictView


def escaped(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula, and no longer than a cell may be."""
    safe = f"'{text}" if text.startswith(_FORMULA_STARTS) else text
    return safe if len(safe) <= _CELL_LENGTH_MAX else f"{safe[: _CELL_LENGTH_MAX - 1]}…"


def render_matrix(view: ReportView, dated: datetime) -> bytes:
    """`view` as a workbook, `dated` (an aware instant) in its properties."""
    buffer = io.BytesIO()
    created = dated.replace(tzinfo=None)
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        workbook.set_properties(
            {"title": view.labels["report_title"], "author": "amibench", "created": created}
        )
        sheets = _Sheets(workbook, view)
        sheets.add_summary()
        sheets.add_clauses()
        sheets.add_cases()
    return buffer.getvalue()


class _Sheets:
    """The workbook under construction: its formats, and one method per sheet."""

    def __init__(self, workbook: xlsxwriter.Workbook, view: ReportView) -> None:
        self._workbook = workbook
        self._view = view
        self._labels = view.labels
        text = {"num_format": "@", "valign": "top", "text_wrap": True}
        self._text = workbook.add_format(text)
        self._number = workbook.add_format({"valign": "top"})
        self._bold = workbook.add_format({**text, "bold": True})
        self._title = workbook.add_format({"bold": True, "font_size": 16, "font_color": ACCENT})
        self._header = workbook.add_format(
            {"bold": True, "font_color": "#ffffff", "bg_color": ACCENT, "valign": "top", "text_wrap": True}
        )
        self._verdicts = {
            verdict.value: workbook.add_format(
                {**text, "bold": True, "font_color": look.ink, "bg_color": look.paper}
            )
            for verdict, look in LOOKS.items()
        }

    def add_summary(self) -> None:
        """The verdict, the counts, and on what device and link they were reached."""
        labels, front = self._labels, self._view.front
        sheet = self._workbook.add_worksheet(labels["summary"])
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 78)
        sheet.write_string(0, 0, labels["report_title"], self._title)
        rows: list[tuple[Cell, Cell]] = [(labels["verdict"], front.verdict), ("", front.sentence)]
        if front.interrupted:
            rows.append(("", labels["interrupted"]))
        rows += [(count.verdict, count.count) for count in front.counts]
        rows.append((labels["total"], front.total))
        rows += [
            (fact.label, fact.value) for fact in (*front.device, *front.link, *front.run, *front.versions)
        ]
        notices = (*((front.secret,) if front.secret else ()), *front.notices)
        rows += [(labels["notices"] if at == 0 else "", notice) for at, notice in enumerate(notices)]
        for at, (name, value) in enumerate(rows, start=2):
            self._write(sheet, at, 0, name, self._bold)
            self._write(sheet, at, 1, value, self._text)

    def add_clauses(self) -> None:
        """One row per clause."""
        columns = {
            "standard": 18, "edition": 12, "clause": 12, "title": 40, "paraphrase": 60, "level": 10,
            "requirements": 20, "verdict": 24, "cases": 44,
        }  # fmt: skip
        rows = (
            _clause_row(standard.name, standard.edition, clause)
            for standard in self._view.standards
            for clause in standard.clauses
        )
        self._add_table("matrix", columns, rows)

    def add_cases(self) -> None:
        """One row per case; durations are numbers, in seconds of device time."""
        columns = {
            "suite": 14, "case": 34, "title": 44, "verdict": 24, "reason": 60, "clause": 28,
            "requirements": 20, "needs": 24, "duration_s": 14, "frames": 10,
        }  # fmt: skip
        rows = (_case_row(suite.key, case) for suite in self._view.suites for case in suite.cases)
        self._add_table("cases", columns, rows)

    def _add_table(self, name: str, columns: dict[str, int], rows: Iterable[Sequence[Cell]]) -> None:
        sheet = self._workbook.add_worksheet(self._labels[name])
        for at, (label, width) in enumerate(columns.items()):
            sheet.set_column(at, at, width)
            sheet.write_string(0, at, self._labels[label], self._header)
        last = 0
        for last, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                self._write(sheet, last, at, cell, self._text)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell, style: Format) -> None:
        if isinstance(cell, VerdictView):
            sheet.write_string(row, column, cell.word, self._verdicts[cell.key])
        elif isinstance(cell, str):
            sheet.write_string(row, column, escaped(cell), style)
        else:
            sheet.write_number(row, column, cell, self._number)


def _clause_row(standard: str, edition: str, clause: ClauseView) -> tuple[Cell, ...]:
    return (
        standard,
        edition,
        clause.number,
        clause.title,
        clause.paraphrase,
        clause.level,
        ", ".join(clause.requirements),
        clause.verdict,
        "\n".join(case.name for case in clause.cases),
    )


def _case_row(suite: str, case: CaseView) -> tuple[Cell, ...]:
    return (
        suite,
        case.id,
        case.title,
        case.verdict,
        case.reason,
        ", ".join(clause.name for clause in case.clauses),
        ", ".join(case.requirements),
        case.needs,
        case.duration_s,
        len(case.frames),
    )
