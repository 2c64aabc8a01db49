"""A published layout: which columns, of what kind, from where."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from system.reports.declaring import Column, Kind

Type = Literal["text", "digits", "integer", "day", "choice", "pesos", "kwh", "ratio"]
KINDS: dict[str, Kind] = {
    "text": Kind.TEXT,
    "digits": Kind.TEXT,
    "choice": Kind.TEXT,
    "integer": Kind.COUNT,
    "day": Kind.DAY,
    "pesos": Kind.PESOS,
    "kwh": Kind.KWH,
    "ratio": Kind.RATIO,
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
        subject: whose missing value it is, so that it is told once.
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
        """It, as a report shows it."""
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
