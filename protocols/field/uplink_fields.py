"""The typed fields of uplink messages: what a value must be, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

#: Longest text of a field, characters.
TEXT_MAX = 512
#: Most items of a list.
ITEMS_MAX = 1000
#: Most batches of a file, which is longer than a message.
BUNDLE_ITEMS_MAX = 100_000


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_MAX


def _is_hex(value: Any) -> bool:
    if not _is_text(value) or len(value) % 2:
        return False
    return all(character in "0123456789abcdef" for character in value)


def _list_of(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) <= ITEMS_MAX and all(map(fits, value))


def _is_cell(value: Any) -> bool:
    return value is None or _is_integer(value) or _is_text(value)


#: Type name -> (what a value of it is, in words; does this value fit).
TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "integer": ("an integer", _is_integer),
    "number": ("a finite number", _is_number),
    "text": (f"a text of at most {TEXT_MAX} characters", _is_text),
    "hex": ("an even number of small hexadecimal digits", _is_hex),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "texts": (f"a list of at most {ITEMS_MAX} texts", _list_of(_is_text)),
    "rows": (
        f"a list of at most {ITEMS_MAX} lists of integers, texts and nulls",
        _list_of(lambda row: isinstance(row, list) and len(row) <= ITEMS_MAX and all(map(_is_cell, row))),
    ),
    "object": ("an object", lambda value: isinstance(value, dict)),
    "bundle": (
        f"a list of at most {BUNDLE_ITEMS_MAX} batches",
        lambda value: isinstance(value, list) and len(value) <= BUNDLE_ITEMS_MAX,
    ),
    "objects": (f"a list of at most {ITEMS_MAX} objects", _list_of(lambda item: isinstance(item, dict))),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message.

    Args:
        name: its key; the unit is its last part.
        type_name: a key of `TYPES`.
        required: False where it may be left out or be null.
        choices: the only texts allowed, where that is a closed list.
        low: the smallest number allowed.
        high: the largest number allowed.
        of: fields of an object, or of each object of a list; empty: any.
    """

    name: str
    type_name: str
    required: bool = True
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    of: tuple["Field", ...] = ()

    def complaint(self, value: Any) -> str | None:
        """What is wrong with `value`, or None."""
        words, fits = TYPES[self.type_name]
        if not fits(value):
            return f"{self.name} must be {words}"
        if self.choices and value not in self.choices:
            return f"{self.name} must be one of {', '.join(self.choices)}"
        if isinstance(value, int | float) and not self.low <= value <= self.high:
            return f"{self.name} must be from {self.low:g} to {self.high:g}"
        if self.of:
            for item in value if isinstance(value, list) else [value]:
                found = complaint(self.of, item)
                if found is not None:
                    return f"{self.name}: {found}"
        return None


def complaint(fields: tuple[Field, ...], given: object) -> str | None:
    """What is wrong with an object that must have these fields and no other; None where nothing is."""
    if not isinstance(given, Mapping):
        return "an object was expected"
    names = {field.name for field in fields}
    unknown = sorted(str(name) for name in given if name not in names)
    if unknown:
        return f"{unknown[0][:40]} is unknown; it takes {', '.join(sorted(names)) or 'nothing'}"
    for field in fields:
        value = given.get(field.name)
        if value is None:
            if field.required:
                return f"{field.name} is missing"
            continue
        found = field.complaint(value)
        if found is not None:
            return found
    return None
