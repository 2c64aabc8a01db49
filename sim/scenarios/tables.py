"""From a table of a scenario to a frozen value, and one sentence where the table is wrong."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


class ScenarioError(Exception):
    """A scenario that cannot be had; the message is one sentence."""


#: Annotation of a field -> (what it wants, in words; the types that fit).
_KINDS: dict[Any, tuple[str, tuple[type, ...]]] = {
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    float | None: ("a number", (int, float)),
    str: ("a text", (str,)),
    bool: ("true or false", (bool,)),
    datetime: ("an instant such as 2026-01-01T05:00:00Z", (datetime,)),
}


def read_terms(kind: type[T], table: Any, section: str) -> T:
    """The value that `table` says, each key a field of the dataclass `kind`.

    Args:
        kind: a dataclass; what it raises as `ValueError` is its own sentence.
        table: parsed TOML.
        section: how the table is called in a message.

    Raises:
        ScenarioError: a key is unknown, missing or of the wrong kind, or the values do not fit together.
    """
    if not isinstance(table, Mapping):
        raise ScenarioError(f"[{section}] must be a table")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    for name in table:
        if name not in known:
            raise ScenarioError(f"[{section}] has no key {name!r}; known: {', '.join(known)}")
    for name, field in known.items():
        if name not in table and field.default is MISSING and field.default_factory is MISSING:
            raise ScenarioError(f"[{section}] must say {name}")
    values = {name: _checked(value, hints[name], f"[{section}] {name}") for name, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise ScenarioError(f"[{section}] {error}") from error


def _checked(value: Any, hint: Any, what: str) -> Any:
    """`value`, once it is of the kind that the annotation `hint` asks for."""
    if hint in _KINDS:
        words, types = _KINDS[hint]
        if not isinstance(value, types) or (isinstance(value, bool) and hint is not bool):
            raise ScenarioError(f"{what} must be {words}")
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return float(value) if isinstance(value, int) and hint in (float, float | None) else value
    if getattr(hint, "__origin__", None) is Mapping:
        if not isinstance(value, dict):
            raise ScenarioError(f"{what} must be a table")
        return {key: _checked(item, hint.__args__[1], f"{what}.{key}") for key, item in value.items()}
    if getattr(hint, "__origin__", None) is tuple:
        if not isinstance(value, list):
            raise ScenarioError(f"{what} must be a list")
        return tuple(_checked(item, hint.__args__[0], what) for item in value)
    return value


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Let a dataclass refuse a number.

    Raises:
        ValueError: `value` is outside; a sentence that names it.
    """
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, not {value:g}")
