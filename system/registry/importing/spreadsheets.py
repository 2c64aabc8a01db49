"""Bytes of an XLSX or CSV file as headed rows of text.

A file comes from a stranger's disk: its size is bounded before it is opened, also unpacked; formulas are
refused (what they show depends on who opens them), and what cannot be read is refused in a sentence.
"""

import csv
import io
import lzma
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from system.registry.errors import UnableToReadFile

MAX_BYTES = 2 * 1024 * 1024
MAX_UNPACKED_BYTES = 32 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 60
MAX_CELL = 300
_ZIP = b"PK\x03\x04"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "Guárdelo como «CSV UTF-8» o como libro de Excel (.xlsx)."


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A file as rows.

    Args:
        headings: folded (lower case, no accents, ``_`` for spaces), in the file's order.
        rows: number of the row as the office program counts it, and heading -> text; empty rows are left out.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_table(content: bytes) -> SheetRows:
    """Read a file; what it is, its first bytes say.

    Raises:
        UnableToReadFile: it is too large, has no rows, is damaged, holds formulas, or is something else.
    """
    if not content:
        raise UnableToReadFile("El archivo está vacío.")
    if len(content) > MAX_BYTES:
        raise UnableToReadFile(f"El archivo pesa más de {MAX_BYTES // 1024 // 1024} MB: pártalo en varios.")
    cells = _xlsx(content) if content.startswith(_ZIP) else _csv(content)
    return _headed(cells)


def fold_heading(text: str) -> str:
    """A heading without what people write differently.

    >>> fold(" Teléfono  móvil ")
    'telefono_movil'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "_".join("".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ").split())


def _csv(content: bytes) -> Iterator[list[str]]:
    if content.startswith(_WIDE) or b"\x00" in content:
        raise UnableToReadFile(f"El archivo no es un CSV en UTF-8. {_SAVE_AS}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UnableToReadFile(f"La fila {row} tiene letras que no están en UTF-8. {_SAVE_AS}") from None
    head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    try:
        # strict: a quote that is never closed swallows the rest of the file
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise UnableToReadFile(f"El CSV está dañado: {error}. {_SAVE_AS}") from None


def _xlsx(content: bytes) -> Iterator[list[str]]:
    import openpyxl  # here, and not at the start of every process that imports no book
    from openpyxl.utils.exceptions import InvalidFileException

    damaged = UnableToReadFile("El libro de Excel está dañado, o tiene clave: ábralo y guárdelo de nuevo.")
    try:
        _unpackable(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        sheet: Any = book.worksheets[0]
        for row in sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True):
            yield [_cell_text(value) for value in row]
        book.close()
    except UnableToReadFile:
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        struct.error,
        SyntaxError,  # how XML parsers say that it is none
        KeyError,
        ValueError,
        TypeError,
        IndexError,
        AttributeError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
    ):  # what openpyxl and zipfile raise for files that are none
        raise damaged from None


def _unpackable(content: bytes) -> None:
    """See that a small file does not unpack to a huge one, and defines nothing that grows.

    Raises:
        UnableToReadFile: it does.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or len(parts) > 500:
            raise UnableToReadFile("El libro de Excel es demasiado grande: deje sólo la hoja con los datos.")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as stream:
                    if b"<!DOCTYPE" in stream.read(2000).upper():
                        raise UnableToReadFile("El libro de Excel define partes propias: no se acepta.")


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _headed(cells: Iterable[list[str]]) -> SheetRows:
    found: list[tuple[int, dict[str, str]]] = []
    headings: tuple[str, ...] = ()
    for number, row in enumerate(cells, 1):
        texts = [text.strip() for text in row]
        if not any(texts):
            continue
        if not headings:
            headings = _headings(texts)
            continue
        if len(found) == MAX_ROWS:
            raise UnableToReadFile(f"El archivo tiene más de {MAX_ROWS} filas: pártalo en varios.")
        _bounded(number, texts, len(headings))
        found.append((number, dict(zip(headings, texts, strict=False))))
    if not headings:
        raise UnableToReadFile("El archivo está vacío.")
    if not found:
        raise UnableToReadFile("El archivo sólo tiene títulos: no hay filas para importar.")
    return SheetRows(headings, tuple(found))


def _headings(texts: list[str]) -> tuple[str, ...]:
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MAX_COLUMNS:
        raise UnableToReadFile(f"El archivo tiene más de {MAX_COLUMNS} columnas: use la plantilla.")
    folded = tuple(fold_heading(text) for text in texts)
    twice = sorted({heading for heading in folded if heading and folded.count(heading) > 1})
    if twice:
        raise UnableToReadFile(f"La columna «{twice[0][:40]}» está dos veces.")
    return folded


def _bounded(number: int, texts: list[str], columns: int) -> None:
    if any(texts[columns:]):
        raise UnableToReadFile(f"La fila {number} tiene celdas sin título encima.")
    for text in texts:
        if len(text) > MAX_CELL:
            raise UnableToReadFile(f"La fila {number} tiene una celda de más de {MAX_CELL} letras.")
        if text.startswith("="):
            raise UnableToReadFile(f"La fila {number} tiene una fórmula: péguela como valor.")
