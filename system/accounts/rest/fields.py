"""Field types and lists of the API: strict in what comes in, plain in what goes out.

Instants are UTC with a ``Z``, days are those of Bogota, ids of facts are UUIDs made by the caller. Text
holds no control characters: a NUL or half a surrogate pair is refused before a database sees it. Lists have
a limit, an offset and a total.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Self, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from system.config.model_fields import max_length, may_be_empty
from system.config.url_converters import KEY_MAX

#: Anything but control characters, and at least one letter that is not a space.
_TEXT = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
_TEXT_OR_NOTHING = r"^[^\x00-\x1f\x7f]*$"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")

Row = TypeVar("Row")


class In(BaseModel):
    """Body or query of a request: declared fields alone, of their own types alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Any, **more: Any) -> Self:
        """The answer for a row: `more`, and the row's attributes by the names of the other fields."""
        named = {name: getattr(row, name) for name in cls.model_fields if name not in more}
        return cls(**named, **more)


def plain_text(most: int, description: str | None = None) -> Any:
    """Constraint of a text: 1 to `most` letters."""
    return Field(min_length=1, max_length=most, pattern=_TEXT, description=description)


def free_text(most: int, description: str | None = None) -> Any:
    """Constraint of a text: at most `most` letters."""
    return Field(max_length=most, pattern=_TEXT_OR_NOTHING, description=description)


def text_of(model: type[Model], name: str, description: str | None = None) -> Any:
    """Constraint of a text for a model's column: `plain_text`, or `free_text` where it may be empty."""
    constraint = free_text if may_be_empty(model, name) else plain_text
    return constraint(max_length(model, name), description)


def whole(low: int, high: int, description: str | None = None) -> Any:
    """Constraint of a number in a body: whole, in range, neither text nor true."""
    return Field(strict=True, ge=low, le=high, description=description)


def _integer(value: Any) -> Any:
    if isinstance(value, str):
        if not _INTEGER.fullmatch(value):
            raise ValueError("Debe ser un número entero.")
        return int(value)
    return value


def _day(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("Debe ser una fecha AAAA-MM-DD.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("Esa fecha no existe.") from None


def _instant_in(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value.upper() else None
        if read is not None and read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        read = None
    raise ValueError("Debe ser un instante ISO 8601 con zona, por ejemplo 2026-11-24T15:00:00Z.")


def _z(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


#: A whole number of an address: digits, nothing that only looks like them.
QueryInt = Annotated[int, BeforeValidator(_integer)]
Day = Annotated[date, BeforeValidator(_day)]
InstantIn = Annotated[datetime, BeforeValidator(_instant_in)]
Instant = Annotated[
    datetime,
    PlainSerializer(_z, return_type=str),
    Field(json_schema_extra={"format": "date-time"}, description="UTC, ISO 8601 con Z"),
]
Flag = Annotated[bool, Field(strict=True)]
Key = Annotated[int, whole(1, KEY_MAX, "llave de un registro del prestador")]


def row_or_404(rows: QuerySet[Any] | Any, pk: Any) -> Any:
    """A row of those that the user may see.

    Raises:
        Http404: there is none, or it is another provider's.
    """
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


# --- Lists

LIMIT, LIMIT_MAX, OFFSET_MAX = 50, 200, 1_000_000
Item = TypeVar("Item", bound=BaseModel)


class PageQuery(In):
    """Which part of a list, in an address."""

    limit: Annotated[QueryInt, Field(ge=1, le=LIMIT_MAX, description="cuántos a lo sumo")] = LIMIT
    offset: Annotated[QueryInt, Field(ge=0, le=OFFSET_MAX, description="desde cuál, contando de 0")] = 0


class PageIn(In):
    """Which part of a list, in a body."""

    limit: Annotated[int, whole(1, LIMIT_MAX)] = LIMIT
    offset: Annotated[int, whole(0, OFFSET_MAX)] = 0


class Page(Out, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    total: int = Field(description="cuántos hay en toda la lista")
    limit: int
    offset: int


def page_of(kind: Any, rows: Any, asked: PageQuery | PageIn, make: Callable[[Any], Any]) -> Any:
    """The part of the rows that was asked for.

    Args:
        kind: `Page` of what is listed.
        rows: an ordered query, or a sequence.
        asked: limit and offset.
        make: from a row to what is listed.
    """
    total = len(rows) if isinstance(rows, Sequence) else rows.count()
    found = rows[asked.offset : asked.offset + asked.limit]
    return kind(items=[make(row) for row in found], total=total, limit=asked.limit, offset=asked.offset)
