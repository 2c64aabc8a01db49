"""What a value of the API may be: kinds that check, and objects made of named fields.

A check returns the value as the module works with it, or refuses with ``bad-request`` and the field's name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from system.security_module.refusals import Refused, Words

Check = Callable[[Any, str], Any]
"""(value, name of the field) -> the checked value."""


def malformed(es: str, en: str) -> Refused:
    """The refusal of a request that does not keep to the schema."""
    return Refused("bad-request", why=Words(es, en))


def integer(low: int, high: int) -> Check:
    """A whole number from `low` to `high`."""

    def check(value: Any, name: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise malformed(
                f"{name} debe ser un número entero de {low} a {high}",
                f"{name} must be a whole number from {low} to {high}",
            )
        return value

    return check


def text(pattern: str, es: str, en: str) -> Check:
    """A text that matches all of `pattern`; `es` and `en` say it in words."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: Any, name: str) -> str:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise malformed(f"{name} debe ser {es}", f"{name} must be {en}")
        return value

    return check


def flag(value: Any, name: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise malformed(f"{name} debe ser true o false", f"{name} must be true or false")
    return value


def instant(value: Any, name: str) -> datetime:
    """An ISO 8601 instant with its offset, for example 2026-03-01T12:00:00Z; the result is UTC."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise malformed(
            f"{name} debe ser un instante como 2026-03-01T12:00:00Z",
            f"{name} must be an instant such as 2026-03-01T12:00:00Z",
        ) from None


def optional(check: Check) -> Check:
    """Null, or what `check` takes."""
    return lambda value, name: None if value is None else check(value, name)


def many(check: Check, most: int) -> Check:
    """A list of at most `most` values."""

    def checked(value: Any, name: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise malformed(
                f"{name} debe ser una lista de {most} elementos o menos",
                f"{name} must be a list of at most {most}",
            )
        return tuple(check(item, f"{name}[{place}]") for place, item in enumerate(value))

    return checked


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of an object.

    Args:
        check: what it may be.
        required: whether it must be there.
        default: what stands for it when it is not.
    """

    check: Check
    required: bool = True
    default: Any = None


def given(check: Check, default: Any = None) -> Field:
    """A field that may be left out."""
    return Field(check, required=False, default=default)


def fields(table: Mapping[str, Field]) -> Check:
    """An object of exactly these fields; the result has every one of them, defaults filled in."""

    def check(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise malformed(f"{name} debe ser un objeto", f"{name} must be an object")
        for key in value:
            if key not in table:
                raise malformed(
                    f"{name} no tiene un campo {printable(key)}", f"{name} has no field {printable(key)}"
                )
        checked = {}
        for key, field in table.items():
            if key in value:
                checked[key] = field.check(value[key], f"{name}.{key}")
            elif field.required:
                raise malformed(f"a {name} le falta {key}", f"{name} needs {key}")
            else:
                checked[key] = field.default
        return checked

    return check


def printable(value: object) -> str:
    """A caller's word, short and harmless on a terminal."""
    return ascii(value)[:40]
