"""Columns of the file of service points: one table, read by parsing, template and page."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from system.registry import identifiers
from system.registry.errors import CellError, UnableToRegister
from system.registry.importing.spreadsheets import fold_heading
from system.registry.models import AgreementMode

Reader = Callable[[str], Any]


def text(longest: int) -> Reader:
    """A text of at most so many letters."""

    def read(typed: str) -> str:
        cleaned = identifiers.clean_text(typed)
        if len(cleaned) > longest:
            raise UnableToRegister(f"A lo sumo {longest} letras.")
        return cleaned

    return read


def number(low: int, high: int) -> Reader:
    """A whole number of a range."""

    def read(typed: str) -> int:
        # digits of other scripts, signs and separators are no numbers of a form
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and low <= int(typed) <= high):
            raise UnableToRegister(f"Un número entero de {low} a {high}.")
        return int(typed)

    return read


def one_of(**words: Any) -> Reader:
    """One of some words, in any spelling."""

    def read(typed: str) -> Any:
        folded = fold_heading(typed)
        if folded not in words:
            raise UnableToRegister(f"Una de estas palabras: {', '.join(words)}.")
        return words[folded]

    return read


def two_digits(*known: str) -> Reader:
    """A code of two digits; an office program may have eaten the zero at its head."""

    def read(typed: str) -> str:
        if typed.zfill(2) not in known:
            raise UnableToRegister(f"Uno de estos: {', '.join(known)}.")
        return typed.zfill(2)

    return read


def email(typed: str) -> str:
    """An address.

    Raises:
        UnableToRegister: it is none.
    """
    try:
        validate_email(typed)
    except ValidationError:
        raise UnableToRegister("No es un correo.") from None
    return typed


SECTORS = one_of(
    residencial="residential", comercial="commercial", oficial="official", industrial="industrial"
)
MODES = one_of(
    prepago=AgreementMode.PREPAID, pospago=AgreementMode.POSTPAID, disponibilidad=AgreementMode.AVAILABILITY
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file.

    Args:
        heading: Spanish, folded.
        field: its name in `system.registry.services.inputs`.
        read: text -> value; raises `UnableToRegister`.
        needed: every row must have it; ``meter``: every row that has one meter column.
        default: where the cell is empty.
        example: for the template.
        help: its content, for people.
    """

    heading: str
    field: str
    read: Reader
    needed: bool | str = False
    default: Any = ""
    example: str = ""
    help: str = ""

    @property
    def need(self) -> str:
        """Its need, in a word."""
        return {True: "obligatoria", METER: "obligatoria si hay medidor"}.get(self.needed, "opcional")


METER = "meter"
COLUMNS: tuple[Column, ...] = (
    Column("documento", "document", identifiers.clean_document, True, "", "60123456", "Cédula o NIT"),
    Column("nombre", "name", text(150), True, "", "Rosalba Ortiz Quintero", "Nombre completo"),
    Column("telefono", "phone", text(30), example="3001234567"),
    Column("correo", "email", email),
    Column("niu", "niu", text(30), True, "", "24300001", "Número de la instalación"),
    Column("comunidad", "community", text(100), help="Sólo si el nombre del sitio se repite"),
    Column("sitio", "site", text(100), True, "", "Microrred San Juan", "Debe existir en «Lugares»"),
    Column("circuito", "feeder", text(100), help="Debe existir en «Lugares»"),
    Column("direccion", "address", text(200), example="Vereda El Aserrío, casa 7"),
    Column("sector", "sector", SECTORS, False, "residential", "residencial"),
    Column("estrato", "estrato", number(1, 6), False, None, "1", "De 1 a 6; vacío si no es residencial"),
    Column("modalidad", "mode", MODES, False, AgreementMode.PREPAID, "prepago"),
    Column("tarifa", "tariff_code", text(30), True, "", "ZNI-E1", "Código, como en «Tarifas»"),
    Column("cuota_mensual", "monthly_fee", number(0, 10_000_000), False, 0, help="Pesos; por disponibilidad"),
    Column("fabricante", "maker", text(50), METER, "", "AMB"),
    Column("modelo", "model", text(50)),
    Column("serie", "serial", text(40), METER, "", "00000001"),
    Column("drn", "drn", identifiers.clean_drn, METER, "", "00000000019", "11 o 13 dígitos, como texto"),
    Column("sgc", "sgc", identifiers.clean_sgc, METER, "", "201457", "6 dígitos"),
    Column("krn", "krn", number(1, 9), False, 1, "1"),
    Column("ti", "ti", number(0, 99), False, 1, "1"),
    Column("ken", "ken", number(0, 255), False, 255, "255"),
    Column("ea", "ea", two_digits("07", "11"), False, "11", "11"),
    Column("dkga", "dkga", two_digits("02", "04"), False, "04", "04"),
    Column("tct", "tct", two_digits("01", "02"), False, "02", "02"),
    Column("fecha_base", "base_date", number(1993, 2035), False, 2014, "2014", "1993, 2014 o 2035"),
)
BY_HEADING = {column.heading: column for column in COLUMNS}
HEADING_OF = {column.field: column.heading for column in COLUMNS}


# --- Files made from the columns: the blank workbook, and lists of errors

#: What an office program takes for the beginning of a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def escape_formula(text: str) -> str:
    """A text that no office program takes for a formula.

    >>> harmless("=1+1"), harmless("Rosalba")
    ("'=1+1", 'Rosalba')
    """
    return f"'{text}" if text.startswith(_STARTS) else text


def blank_workbook() -> bytes:
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
        writer.writerow((error.row, escape_formula(error.column), escape_formula(error.sentence)))
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()
