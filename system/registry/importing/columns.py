"""Columns of the file of service points: one table, read by parsing, template and page."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Model

from system.config.model_fields import default_of, max_length
from system.config.spreadsheets import escape_formula
from system.registry import identifiers
from system.registry.errors import CellError, UnableToRegister
from system.registry.importing.spreadsheets import fold_heading
from system.registry.models import (
    BASE_DATES,
    ESTRATOS,
    KEYING_CHOICES,
    KEYING_RANGES,
    MONTHLY_FEE_C_MAX,
    Agreement,
    AgreementMode,
    Community,
    Customer,
    Device,
    Feeder,
    Installation,
    MeterKeying,
    Sector,
    Site,
)

Reader = Callable[[str], Any]


def text(longest: int) -> Reader:
    """A text of at most so many letters."""

    def read(typed: str) -> str:
        cleaned = identifiers.clean_text(typed)
        if len(cleaned) > longest:
            raise UnableToRegister(f"A lo sumo {longest} letras.")
        return cleaned

    return read


def text_of(model: type[Model], name: str) -> Reader:
    """A text of at most so many letters as a model's column holds."""
    return text(max_length(model, name))


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


SECTORS = one_of(**{fold_heading(sector.label): sector.value for sector in Sector})
#: A mode is written by the last word of its label: prepago, pospago, disponibilidad.
MODES = one_of(**{fold_heading(mode.label.split()[-1]): mode for mode in AgreementMode})


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


def _keying_column(name: str) -> Column:
    """A column of an STS parameter, optional, as the model declares it."""
    choices = KEYING_CHOICES.get(name)
    read = number(*KEYING_RANGES[name]) if choices is None else two_digits(*sorted(dict(choices)))
    usual = default_of(MeterKeying, name)
    return Column(name, name, read, False, usual, str(usual))


COLUMNS: tuple[Column, ...] = (
    Column("documento", "document", identifiers.clean_document, True, "", "60123456", "Cédula o NIT"),
    Column(
        "nombre", "name", text_of(Customer, "name"), True, "", "Rosalba Ortiz Quintero", "Nombre completo"
    ),
    Column("telefono", "phone", text_of(Customer, "phone"), example="3001234567"),
    Column("correo", "email", email),
    Column("niu", "niu", text_of(Installation, "niu"), True, "", "24300001", "Número de la instalación"),
    Column(
        "comunidad", "community", text_of(Community, "name"), help="Sólo si el nombre del sitio se repite"
    ),
    Column(
        "sitio", "site", text_of(Site, "name"), True, "", "Microrred San Juan", "Debe existir en «Lugares»"
    ),
    Column("circuito", "feeder", text_of(Feeder, "name"), help="Debe existir en «Lugares»"),
    Column("direccion", "address", text_of(Installation, "address"), example="Vereda El Aserrío, casa 7"),
    Column("sector", "sector", SECTORS, False, Sector.RESIDENTIAL.value, "residencial"),
    Column(
        "estrato",
        "estrato",
        number(ESTRATOS[0], ESTRATOS[-1]),
        False,
        None,
        "1",
        "De 1 a 6; vacío si no es residencial",
    ),
    Column("modalidad", "mode", MODES, False, AgreementMode.PREPAID, "prepago"),
    Column(
        "tarifa",
        "tariff_code",
        text_of(Agreement, "tariff_code"),
        True,
        "",
        "ZNI-E1",
        "Código, como en «Tarifas»",
    ),
    Column(
        "cuota_mensual",
        "monthly_fee",
        number(0, MONTHLY_FEE_C_MAX // 100),
        False,
        0,
        help="Pesos; por disponibilidad",
    ),
    Column("fabricante", "maker", text_of(Device, "maker"), METER, "", "AMB"),
    Column("modelo", "model", text_of(Device, "model")),
    Column("serie", "serial", text_of(Device, "serial"), METER, "", "00000001"),
    Column("drn", "drn", identifiers.clean_drn, METER, "", "00000000019", "11 o 13 dígitos, como texto"),
    Column("sgc", "sgc", identifiers.clean_sgc, METER, "", "201457", "6 dígitos"),
    _keying_column("krn"),
    _keying_column("ti"),
    _keying_column("ken"),
    _keying_column("ea"),
    _keying_column("dkga"),
    _keying_column("tct"),
    Column(
        "fecha_base",
        "base_date",
        number(min(BASE_DATES), max(BASE_DATES)),
        False,
        2014,
        "2014",
        "1993, 2014 o 2035",
    ),
)
BY_HEADING = {column.heading: column for column in COLUMNS}
HEADING_OF = {column.field: column.heading for column in COLUMNS}


# --- Files made from the columns: the blank workbook, and lists of errors

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
