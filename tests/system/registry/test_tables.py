"""A file comes from a stranger's disk: whatever it is, rows of text come out, or one sentence."""

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from system.config.spreadsheets import escape_formula
from system.registry.errors import UnableToReadFile
from system.registry.importing import spreadsheets
from system.registry.importing.columns import blank_workbook, error_list
from system.registry.importing.spreadsheets import read_table

CELLS = st.text(
    st.characters(blacklist_categories=["C", "Z"], blacklist_characters='";,='), min_size=1, max_size=12
)


def xlsx(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_or_refuse(content: bytes) -> None:
    """Read it; whatever is raised but a sentence fails the test."""
    sentence = "Leído."
    try:
        read_table(content)
    except UnableToReadFile as refused:
        sentence = str(refused)
    assert sentence.endswith(".")


WORKBOOK = xlsx(("uno", "dos"), ("a", "b"))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(";,\t"))
def test_a_csv_is_read_whatever_separates(rows: list[tuple[str, str]], separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [("uno", "dos"), *rows])
    read = read_table(b"\xef\xbb\xbf" + text.encode())
    assert [tuple(cells.values()) for _, cells in read.rows] == [
        tuple(cell.strip() for cell in row) for row in rows
    ]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_a_workbook_says_the_same_as_a_csv(rows: list[tuple[str, str]]) -> None:
    csv = "\n".join(";".join(row) for row in [("uno", "dos"), *rows]).encode()
    assert read_table(xlsx(("uno", "dos"), *rows)) == read_table(csv)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    for head in (b"", b"PK\x03\x04", b"\xef\xbb\xbfuno;dos\n"):
        read_or_refuse(head + content)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_in_a_sentence(data: st.DataObject) -> None:
    whole = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(4, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    read_or_refuse(bytes(whole))


def test_headings_are_folded_and_numbers_are_whole() -> None:
    read = read_table(xlsx(("Teléfono ", "NIU"), (3001234567.0, 24300001), (None, None), ("x", True)))
    assert read.headings == ("telefono", "niu")
    assert read.rows == (
        (2, {"telefono": "3001234567", "niu": "24300001"}),
        (4, {"telefono": "x", "niu": "sí"}),
    )


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"{number}.bin", b"\0" * (spreadsheets.MAX_UNPACKED_BYTES // 3))
    return buffer.getvalue()


def entities() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x/>')
    return buffer.getvalue()


REFUSED = {
    "nothing": (b"", "vacío"),
    "blank lines": (b"\n\n;;\n", "vacío"),
    "headings alone": (b"uno;dos\n", "sólo tiene títulos"),
    "latin-1": ("uno;dos\nÑáñez;1".encode("latin-1"), "La fila 2 tiene letras que no están en UTF-8"),
    "utf-16": ("uno;dos\na;b".encode("utf-16"), "no es un CSV en UTF-8"),
    "nul": (b"uno;dos\na;\x00", "no es un CSV en UTF-8"),
    "open quote": (b'uno;dos\n"a;b', "CSV está dañado"),
    "formula": (b"uno;dos\n=HYPERLINK(1);b", "fórmula"),
    "formula in a workbook": (xlsx(("uno",), ("=1+1",)), "fórmula"),
    "too many rows": (b"uno\n" + b"x\n" * (spreadsheets.MAX_ROWS + 1), "más de 2000 filas"),
    "too many bytes": (b"x" * (spreadsheets.MAX_BYTES + 1), "más de 2 MB"),
    "too many columns": (b";".join(b"c%d" % n for n in range(61)), "más de 60 columnas"),
    "long cell": (b"uno\n" + b"x" * 301, "celda de más de 300"),
    "heading twice": ("Teléfono;telefono\na;b".encode(), "dos veces"),
    "cell beside the headings": (b"uno;dos\na;b;c", "sin título"),
    "not a workbook": (b"PK\x03\x04rubbish", "dañado"),
    "zip bomb": (bomb(), "demasiado grande"),
    "entities": (entities(), "define partes propias"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_a_sentence(name: str) -> None:
    content, sentence = REFUSED[name]
    with pytest.raises(UnableToReadFile, match=sentence):
        read_table(content)


def test_the_template_has_every_column_and_no_rows() -> None:
    with pytest.raises(UnableToReadFile, match="sólo tiene títulos"):
        read_table(blank_workbook())
    book = openpyxl.load_workbook(io.BytesIO(blank_workbook()))
    assert book.sheetnames == ["Datos", "Ayuda"]
    assert (
        book["Datos"]["A2"].number_format == "@" or book["Datos"].column_dimensions["A"].number_format == "@"
    )


@given(st.text(max_size=20))
def test_no_cell_that_is_written_begins_a_formula(text: str) -> None:
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_errors_can_be_taken_along() -> None:
    from system.registry.errors import CellError

    said = error_list([CellError(2, "niu", "=cmd()")])
    assert said == b"\xef\xbb\xbffila;columna;error\r\n2;niu;'=cmd()\r\n"
