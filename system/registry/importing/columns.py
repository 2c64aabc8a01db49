"""Which columns there are, which are needed, how each is read: one table, for parsing, template and page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from system.registry import identity
from system.registry.errors import UnableToRegister
from system.registry.importing.tables import fold
from system.registry.models import AgreementMode

Reader = Callable[[str], Any]


def text(longest: int) -> Reader:
    """A text of at most so many letters."""

    def read(typed: str) -> str:
        cleaned = identity.clean_text(typed)
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
    """One of some words, as people write them."""

    def read(typed: str) -> Any:
        folded = fold(typed)
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
        field: what the verbs call it (`system.registry.services.data`).
        read: text -> value; raises `UnableToRegister`.
        needed: whether every row must have it; ``meter``: whoever has one meter column.
        default: where the cell is empty.
        example: for the template.
        help: what stands there.
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
        """In a word: whether it must be filled in."""
        return {True: "obligatoria", METER: "obligatoria si hay medidor"}.get(self.needed, "opcional")


METER = "meter"
COLUMNS: tuple[Column, ...] = (
    Column("documento", "document", identity.clean_document, True, "", "60123456", "Cédula o NIT"),
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
    Column("drn", "drn", identity.clean_drn, METER, "", "00000000019", "11 o 13 dígitos, como texto"),
    Column("sgc", "sgc", identity.clean_sgc, METER, "", "201457", "6 dígitos"),
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
