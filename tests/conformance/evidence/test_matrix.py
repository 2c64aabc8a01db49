import dataclasses
import io
import xml.etree.ElementTree as ET
import zipfile

import pytest

from conformance.evidence.formatting import instant
from conformance.evidence.matrix import escaped, render_matrix
from conformance.evidence.model import Evidence
from conformance.evidence.report_view import present
from i18n import Message

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DATED = instant("2026-01-05T14:03:22+00:00")


def workbook(evidence: Evidence, lang: str = "es") -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(render_matrix(present(evidence, lang, "ab" * 32), DATED)))


def rows(book: zipfile.ZipFile, sheet: int) -> list[list[str]]:
    """The texts of a sheet, row by row; a cell without one is left out."""
    strings = ["".join(item.itertext()) for item in ET.fromstring(book.read("xl/sharedStrings.xml"))]
    found = []
    for row in ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml")).iter(f"{MAIN}row"):
        cells = [(cell.get("t"), cell.findtext(f"{MAIN}v")) for cell in row]
        found.append(
            [strings[int(value)] if kind == "s" else value for kind, value in cells if value is not None]
        )
    return found


def test_three_sheets_in_the_language_of_the_report(evidence: Evidence) -> None:
    names = {
        lang: [
            str(sheet.get("name"))
            for sheet in ET.fromstring(workbook(evidence, lang).read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        for lang in ("es", "en")
    }
    assert names == {
        "es": ["Resumen", "Matriz de cláusulas", "Casos"],
        "en": ["Summary", "Matrix of clauses", "Cases"],
    }


def test_the_summary_opens_with_the_verdict(evidence: Evidence) -> None:
    summary = rows(workbook(evidence), 1)
    assert summary[0] == ["Informe de conformidad"]
    assert summary[1] == ["Veredicto", "no conforme"]
    assert ["Total", "22"] in summary


def test_one_row_per_clause_and_per_case(evidence: Evidence) -> None:
    book = workbook(evidence)
    assert len(rows(book, 2)) == 1 + len(evidence.clauses)
    assert [row[1] for row in rows(book, 3)[1:]] == [
        case.id for suite in evidence.suites for case in evidence.cases if case.suite == suite
    ]


@pytest.mark.parametrize("sheet", [2, 3])
def test_tables_have_a_frozen_header_and_filters(evidence: Evidence, sheet: int) -> None:
    root = ET.fromstring(workbook(evidence).read(f"xl/worksheets/sheet{sheet}.xml"))
    pane = next(root.iter(f"{MAIN}pane"))
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    assert root.find(f"{MAIN}autoFilter") is not None


def test_no_cell_is_a_formula(evidence: Evidence) -> None:
    case = dataclasses.replace(evidence.cases[5], reason=Message("=HYPERLINK(1)"))
    book = workbook(dataclasses.replace(evidence, cases=(case,)))
    for sheet in (1, 2, 3):
        assert ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml")).find(f".//{MAIN}f") is None
    texts = [text for sheet in (1, 2, 3) for row in rows(book, sheet) for text in row]
    assert "'=HYPERLINK(1)" in texts
    assert "'=2+3" in texts
    assert not any(text.startswith(("=", "+", "-", "@")) for text in texts)


def test_leading_zeros_stay(evidence: Evidence) -> None:
    assert ["DRN", "01000000008"] in rows(workbook(evidence), 1)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formula_starts_are_escaped(start: str) -> None:
    assert escaped(f"{start}cmd()") == f"'{start}cmd()"


def test_a_text_longer_than_a_cell_is_cut() -> None:
    assert len(escaped("x" * 40_000)) == 32_767


def test_the_workbook_is_dated_by_the_run(evidence: Evidence) -> None:
    assert b"2026-01-05T14:03:22Z" in workbook(evidence).read("docProps/core.xml")


def test_an_empty_run_is_a_workbook(evidence: Evidence) -> None:
    empty = workbook(dataclasses.replace(evidence, cases=(), clauses=()))
    assert len(rows(empty, 3)) == 1
