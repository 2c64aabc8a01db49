"""Tables of TOML against the dataclasses that they fill: pydantic checks, each room words the refusal."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

#: pydantic's type of error -> the kind of value that is wanted, in words
_WANTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "datetime_type": "an instant such as 2026-01-01T05:00:00Z",
    "tuple_type": "a list",
    "mapping_type": "a table",
    "dict_type": "a table",
}


_SCALARS = (int, float, float | None, str, bool)


class TableError(ValueError):
    """Table of the wrong shape.

    Args:
        fault: ``table`` (it is none), ``unknown`` or ``missing`` keys, or a value of the wrong ``kind``.
        keys: the keys; of a value the one key, with those of its own table after dots.
        known: every key that the table takes.
        wanted: the kind of value, in words.
    """

    def __init__(self, fault: str, keys: tuple[str, ...] = (), known: tuple[str, ...] = (), wanted: str = ""):
        super().__init__(f"{fault}: {', '.join(keys)} {wanted}".strip())
        self.fault = fault
        self.keys = keys
        self.known = known
        self.wanted = wanted


def table_values(kind: type, table: Any) -> dict[str, Any]:
    """The arguments for the dataclass `kind` that a parsed table holds.

    A number may be written without its point, a list becomes a tuple, and an instant without a zone is UTC.
    Values with other annotations than scalars, instants, lists and tables of scalars pass as they are.

    Raises:
        TableError: of several faults, unknown keys come first, then missing ones, then the first value.
    """
    known = tuple(item.name for item in fields(kind))
    if not isinstance(table, Mapping):
        raise TableError("table", known=known)
    try:
        shape = _shape(kind)(**table)
    except (ValidationError, TypeError) as error:
        raise _fault(known, table, error) from error
    return {name: getattr(shape, name) for name in table}


def _fault(known: tuple[str, ...], table: Mapping[str, Any], error: Exception) -> TableError:
    unknown = tuple(str(name) for name in table if name not in known)
    if unknown or not isinstance(error, ValidationError):
        return TableError("unknown", unknown, known)
    found = error.errors(include_url=False, include_context=False, include_input=False)
    missing = tuple(str(item["loc"][0]) for item in found if item["type"] == "missing")
    if missing:
        return TableError("missing", missing, known)
    order: list[int | str] = list(table)
    first = min(found, key=lambda item: order.index(item["loc"][0]))
    path = ".".join(part for part in first["loc"] if isinstance(part, str))
    return TableError("kind", (path,), known, _WANTED.get(first["type"], first["msg"]))


@cache
def _shape(kind: type) -> type[BaseModel]:
    """The model that checks the tables of a dataclass."""
    hints = get_type_hints(kind)
    takes: dict[str, Any] = {
        item.name: (
            _checked(hints[item.name]),
            ... if item.default is MISSING and item.default_factory is MISSING else None,
        )
        for item in fields(kind)
    }
    return create_model(kind.__name__, __config__=ConfigDict(strict=True, extra="forbid"), **takes)


def _checked(hint: Any) -> Any:
    """The annotation that pydantic checks for an annotation of a dataclass."""
    if hint in _SCALARS:
        return hint
    if hint is datetime:
        return Annotated[datetime, AfterValidator(_in_utc)]
    if get_origin(hint) is Mapping:
        return dict[str, _checked(get_args(hint)[1])]  # type: ignore[misc]
    if get_origin(hint) is tuple and get_args(hint)[0] in _SCALARS:
        return Annotated[
            hint, BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else None)
        ]
    return Any


def _in_utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
