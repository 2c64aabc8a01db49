"""Files: the same cells in every format, no formula, real numbers, all totals."""

import csv
import io
import json
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from report_book import Book, made
from vending_world import NOW

from system.accounts.models import AuditRecord
from system.config.spreadsheets import escape_formula
from system.reports.catalogue import REGISTRY
from system.reports.declaration import MACHINE_CSV, Chart, ChartShape, Column, ColumnKind, Report, result_of
from system.reports.render.cells import cell_text, file_number, grouped
from system.reports.render.charts import ChartPoints, gather_points, svg_of
from system.reports.render.formats import FORMATS
from system.reports.run import Heading, ReportRun, RunningTotals
from system.vending.models import Merchant

COLUMNS = (
    Column("name", "Nombre"),
    Column("day", "Día", ColumnKind.DAY),
    Column("at", "Cuándo", ColumnKind.INSTANT),
    Column("money", "Valor", ColumnKind.PESOS, total=True),
    Column("energy", "kWh", ColumnKind.KWH, total=True),
    Column("share", "Parte", ColumnKind.PERCENT),
)
ROWS: list[tuple[Any, ...]] = [
    ("=HYPERLINK(0)", date(2026, 11, 24), NOW, 123_456_789, 12_350, 764_300),
    ('Ñáñez; "María"', None, None, -50, None, None),
]
HEADING = Heading("Energía de #Teorama", "Ana *Gómez*", NOW, (("Desde", "2026-11-01"),))


def report_of(rows: list[tuple[Any, ...]], **more: Any) -> ReportRun:
    report = Report("x", "Un informe: [raro]", "Ventas", "¿Qué?", COLUMNS, lambda *_: result_of(rows), **more)
    return ReportRun(report, HEADING, result_of(rows, "Una nota."), RunningTotals((3, 4)))


def written(format_: str, one: ReportRun) -> bytes:
    out = io.BytesIO()
    FORMATS[format_].write(one, out)
    return out.getvalue()


def test_csv_opens_in_a_colombian_spreadsheet() -> None:
    text = written("csv", report_of(ROWS))
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Nombre", "Día", "Cuándo", "Valor", "kWh", "Parte"]
    assert rows[1] == ["'=HYPERLINK(0)", "2026-11-24", "2026-11-24 10:00", "1234567,89", "12,4", "76,4"]
    assert rows[2] == ['Ñáñez; "María"', "", "", "-0,50", "", ""]
    assert rows[3] == ["Total", "", "", "1234567,39", "12,4", ""]


def test_csv_for_programs_has_names_points_and_no_total() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", report_of(ROWS, dialect=MACHINE_CSV)).decode())))
    assert rows[0] == [column.name for column in COLUMNS]
    assert rows[1][3:] == ["1234567.89", "12.4", "76.4"]
    assert len(rows) == 3


def test_xlsx_holds_numbers_and_says_where_they_come_from() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", report_of(ROWS))))
    sheet, about = book.worksheets
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values[1][0] == "=HYPERLINK(0)"
    assert sheet["A2"].data_type == "s"
    assert values[1][3:] == [1_234_567.89, 12.35, 76.43]
    assert values[1][1].date() == date(2026, 11, 24)
    assert sheet["D2"].number_format == "#,##0.00"
    assert values[2][4] is None
    assert values[3] == ["Total", None, None, 1_234_567.39, 12.35, None]
    said = {row[0].value: row[1].value for row in about.iter_rows()}
    assert said["Prestador"] == HEADING.provider
    assert said["Nota"] == "Una nota."
    assert said["Desde"] == "2026-11-01"


def test_json_has_whole_numbers_with_their_units() -> None:
    found = json.loads(written("json", report_of(ROWS)))
    assert found["columns"][3]["unit"] == "centavos de COP"
    assert found["rows"][0][3:] == [123_456_789, 12_350, 764_300]
    assert found["totals"] == {"money": 123_456_739, "energy": 12_350}
    assert found["count"] == 2
    assert json.loads(written("json", report_of([])))["rows"] == []


def test_pdf_is_made_of_data_never_of_markup(tmp_path: Any) -> None:
    chart = Chart("Valor", "name", ("money",))
    made_pdf = written("pdf", report_of(ROWS, charts=(chart,)))
    assert made_pdf.startswith(b"%PDF-")
    assert written("pdf", report_of([])).startswith(b"%PDF-")
    hostile = [(r'#panic("x") $ \ * _ @a <b>', None, None, 1, 1, 1)]
    assert written("pdf", report_of(hostile)).startswith(b"%PDF-")


PEOPLE = st.tuples(
    st.text(max_size=12),
    st.none(),
    st.none(),
    st.integers(-(10**12), 10**12),
    st.integers(0, 10**9),
    st.none(),
)


@given(st.lists(PEOPLE, max_size=8))
def test_csv_reads_back_whatever_people_are_called(rows: list[tuple[Any, ...]]) -> None:
    text = written("csv", report_of(rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    cells = read[1 : len(rows) + 1]
    assert [row[0] for row in cells] == [escape_formula(row[0]) for row in rows]
    assert [row[3] for row in cells] == [f"{row[3] / 100:.2f}".replace(".", ",") for row in rows]
    assert not any(row[0].startswith(("=", "+", "-", "@")) for row in cells)


@given(st.integers(-(10**15), 10**15), st.sampled_from([(100, 2), (1000, 1), (10_000, 2), (1, 0)]))
def test_numbers_round_half_away_and_keep_their_sign(value: int, how: tuple[int, int]) -> None:
    scale, decimals = how
    text = grouped(value, scale, decimals)
    number = int(re.sub(r"[^0-9]", "", text))
    assert abs(abs(value) * 10**decimals - number * scale) * 2 <= scale
    assert text.startswith("−") == (value < 0 and number > 0)


def test_cells_as_colombia_reads_them() -> None:
    money, energy = COLUMNS[3], COLUMNS[4]
    assert cell_text(money, 123_456_700) == "$ 1.234.567"
    assert cell_text(money, -123_456_789) == "−$ 1.234.567,89"
    assert cell_text(energy, None) == "—"
    assert file_number(money, -5, ",") == "-0,05"
    assert cell_text(COLUMNS[5], -500_000) == "−50,0 %"


def test_a_chart_has_the_cells_that_the_table_has_and_the_same_bytes() -> None:
    report = report_of(ROWS, charts=(Chart("Valor", "day", ("money", "money"), ChartShape.LINE),)).report
    charts: list[ChartPoints] = []
    assert list(gather_points(report, ROWS[:1], charts)) == ROWS[:1]
    assert charts[0].series == [[123_456_789]] * 2
    assert charts[0].for_page()["series"][0] == [1_234_567.89]
    assert svg_of(charts[0]) == svg_of(charts[0])


def test_a_long_table_is_drawn_in_part_and_said_to_be() -> None:
    rows = [(f"n{number}", None, None, number, 0, 0) for number in range(200)]
    report = report_of(rows, charts=(Chart("Valor", "name", ("money",)),)).report
    charts: list[ChartPoints] = []
    assert len(list(gather_points(report, rows, charts))) == 200
    assert (len(charts[0].x), charts[0].left_off) == (120, 80)


@pytest.mark.parametrize(
    ("columns", "charts"),
    [
        ((Column("a", "A"), Column("a", "B")), ()),
        ((Column("a", "A", ColumnKind.PESOS, total=True),), ()),
        ((Column("a", "A"),), (Chart("c", "a", ("b",)),)),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(columns: Any, charts: Any) -> None:
    with pytest.raises(ValueError, match="report x"):
        Report("x", "x", "Ventas", "x", columns, lambda *_: result_of([]), charts=charts)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_every_report_in_every_format(name: str, book: Book, office: Client) -> None:
    Merchant.objects.update(name="=2+5")
    book.home(1)
    book.sell(1)
    given = {"since": "2026-11-01", "until": "2026-11-30", "niu": "NIU-0001"}
    counts = set()
    for format_ in FORMATS:
        answer = office.get(f"/reportes/{name}/", {**given, "como": format_, "con_hallazgos": "si"})
        assert answer.status_code == 200, format_
        assert answer["Content-Type"] == FORMATS[format_].content_type
        assert f".{format_}" in answer["Content-Disposition"]
        content = answer.getvalue()
        if format_ == "csv":
            assert not re.search(rb"(^|;)=2", content, flags=re.MULTILINE)
        if format_ == "json":
            counts.add(json.loads(content)["count"])
    assert counts == {len(list(made(book, name, **given).rows()))}
    assert AuditRecord.objects.filter(action="reports.export").count() == len(FORMATS)
