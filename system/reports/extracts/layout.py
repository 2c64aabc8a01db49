"""Published layouts: which columns, of what kind, from where; rows checked against them."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from system.reports.declaration import Column, ColumnKind, Finding

Type = Literal["text", "digits", "integer", "day", "choice", "pesos", "kwh", "ratio"]
KINDS: dict[str, ColumnKind] = {
    "text": ColumnKind.TEXT,
    "digits": ColumnKind.TEXT,
    "choice": ColumnKind.TEXT,
    "integer": ColumnKind.COUNT,
    "day": ColumnKind.DAY,
    "pesos": ColumnKind.PESOS,
    "kwh": ColumnKind.KWH,
    "ratio": ColumnKind.RATIO,
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayoutColumn(_Strict):
    """A column as it was published.

    Args:
        code: its published name.
        type: of its values.
        source: name of what fills it; empty where `value` does.
        value: the same in every row.
        length: exact for digits, most for text.
        choices: allowed values of a choice.
        decimals: of a number.
        required: whether it may be empty.
        sign: ``<=0`` or ``>=0`` where published values never lie on the other side.
        subject: whose missing value it is, so that it is reported once.
        confidence: A published, B secondary, C from memory, D inferred.
        note: what is not known of it.
    """

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    type: Type
    source: str = ""
    value: str = ""
    length: int | None = Field(None, ge=1, le=200)
    choices: tuple[str, ...] = ()
    decimals: int | None = Field(None, ge=0, le=6)
    required: bool = True
    sign: Literal["", "<=0", ">=0"] = ""
    subject: Literal["row", "provider", "community", "installation"] = "row"
    confidence: Literal["A", "B", "C", "D"] = "A"
    note: str = ""

    @model_validator(mode="after")
    def _filled(self) -> "LayoutColumn":
        if bool(self.source) == bool(self.value):
            raise ValueError(f"{self.code}: give either a source or a value")
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(f"{self.code}: choices belong to a choice, and a choice needs them")
        if self.type == "digits" and self.length is None:
            raise ValueError(f"{self.code}: digits need a length")
        return self

    def column(self) -> Column:
        """Column of a report."""
        total = self.type in ("pesos", "kwh")
        return Column(self.code, self.code, KINDS[self.type], total=total, decimals=self.decimals)


class Layout(_Strict):
    """A published layout.

    Args:
        name, version: which; a version is never edited.
        valid_from: the first period for which it is used.
        dataset: where its columns were read.
        columns: in their published order.
    """

    format: Literal["amibench-extract/1"]
    name: str
    version: int = Field(ge=1)
    title: str
    valid_from: date
    dataset: str
    columns: tuple[LayoutColumn, ...] = Field(alias="column", min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> "Layout":
        codes = [column.code for column in self.columns]
        if len(set(codes)) != len(codes):
            raise ValueError("two columns bear one code")
        return self

    def unconfirmed(self) -> tuple[str, ...]:
        """Columns whose value in every row is our own guess."""
        return tuple(one.code for one in self.columns if one.value and one.confidence in ("C", "D"))


def parse(text: str) -> Layout:
    """The layout of a TOML text.

    Raises:
        ValueError: it is none; the message names the field.
    """
    return Layout.model_validate(tomllib.loads(text))


@cache
def load(name: str, version: int) -> Layout:
    """A layout that ships.

    Raises:
        FileNotFoundError: there is no such version.
    """
    text = files("system.reports.extracts").joinpath(f"{name}_{version}.toml").read_text(encoding="utf-8")
    return parse(text)


# --- Rows checked against a layout: one sentence for each finding

FINDINGS_MAX = 500
Complaint = str | None


def _check_digits(column: LayoutColumn, value: Any) -> Complaint:
    if not (isinstance(value, str) and value.isascii() and value.isdigit()):
        return f"«{value}» no son sólo dígitos"
    return (
        None if len(value) == column.length else f"«{value}» tiene {len(value)} dígitos y son {column.length}"
    )


def _check_text(column: LayoutColumn, value: Any) -> Complaint:
    if column.length is not None and len(value) > column.length:
        return f"tiene {len(value)} letras y caben {column.length}"
    return "tiene caracteres de control" if any(ord(letter) < ord(" ") for letter in value) else None


def _check_choice(column: LayoutColumn, value: Any) -> Complaint:
    return None if value in column.choices else f"«{value}» no es ninguno de {', '.join(column.choices)}"


def _check_number(column: LayoutColumn, value: Any) -> Complaint:
    if column.sign == "<=0" and value > 0:
        return "es mayor que cero y lo publicado nunca lo es"
    if column.sign == ">=0" and value < 0:
        return "es menor que cero y lo publicado nunca lo es"
    return None


_CHECKS: Mapping[str, Callable[[LayoutColumn, Any], Complaint]] = {
    "digits": _check_digits,
    "text": _check_text,
    "choice": _check_choice,
    "integer": _check_number,
    "pesos": _check_number,
    "kwh": _check_number,
    "ratio": _check_number,
}


def check_value(column: LayoutColumn, value: Any) -> Complaint:
    """Complaint about a value; None: it is good."""
    if value is None or value == "":
        return "falta" if column.required else None
    check = _CHECKS.get(column.type)
    return None if check is None else check(column, value)


def findings_of(
    layout: Layout, rows: Iterable[tuple[Mapping[str, str], Sequence[Any]]]
) -> tuple[tuple[Finding, ...], int]:
    """Findings of rows, each once, those that block first; and the number of further ones.

    Args:
        layout: theirs.
        rows: subject -> how its reader knows it, and the cells.
    """
    kept: dict[tuple[str, str, str], Finding] = {}
    left = 0
    for names, cells in rows:
        for column, value in zip(layout.columns, cells, strict=True):
            said = check_value(column, value)
            if said is None:
                continue
            where = names[column.subject]
            key = (where, column.code, said)
            if key in kept:
                continue
            if len(kept) >= FINDINGS_MAX:
                left += 1
                continue
            kept[key] = Finding(where, column.code, f"{said}.", blocks=column.required or said != "falta")
    return tuple(sorted(kept.values(), key=lambda one: not one.blocks)), left
