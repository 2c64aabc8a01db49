"""Fields of terms: a dataclass field that knows how to read itself from a TOML value.

A table of terms is a frozen dataclass whose fields come from the functions below; `read_table` then turns a
mapping into it and answers every mistake with one sentence.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sim.grid.errors import TermsError

Terms = TypeVar("Terms")
Reader = Callable[[Any, str], Any]


def number(default: float, low: float, high: float) -> Any:
    """A number from `low` to `high`."""

    def read(value: Any, where: str) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise TermsError(f"{where} must be a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    return dataclasses.field(default=default, metadata={"read": read})


def whole(default: int, low: int, high: int) -> Any:
    """A whole number from `low` to `high`."""

    def read(value: Any, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise TermsError(f"{where} must be a whole number from {low} to {high}, not {value!r}")
        return value

    return dataclasses.field(default=default, metadata={"read": read})


def flag(default: bool) -> Any:
    """True or false."""

    def read(value: Any, where: str) -> bool:
        if not isinstance(value, bool):
            raise TermsError(f"{where} must be true or false, not {value!r}")
        return value

    return dataclasses.field(default=default, metadata={"read": read})


def choice(default: str, choices: tuple[str, ...]) -> Any:
    """One of some words."""

    def read(value: Any, where: str) -> str:
        if value not in choices:
            raise TermsError(f"{where} must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    return dataclasses.field(default=default, metadata={"read": read})


def word(default: str) -> Any:
    """A text that is not empty."""

    def read(value: Any, where: str) -> str:
        if not isinstance(value, str) or not value:
            raise TermsError(f"{where} must be a text, not {value!r}")
        return value

    return dataclasses.field(default=default, metadata={"read": read})


def words(default: tuple[str, ...], choices: tuple[str, ...] = ()) -> Any:
    """A list of words, from `choices` where there are any."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise TermsError(f"{where} must be a list of words, not {value!r}")
        for item in value:
            if choices and item not in choices:
                raise TermsError(f"{where} knows {', '.join(choices)}, but not {item!r}")
        return tuple(value)

    return dataclasses.field(default=default, metadata={"read": read})


def span(default: tuple[float, float], low: float, high: float) -> Any:
    """Two numbers from `low` to `high`, the second not below the first."""

    def read(value: Any, where: str) -> tuple[float, float]:
        return _pair(value, where, low, high)

    return dataclasses.field(default=default, metadata={"read": read})


def spans(default: tuple[tuple[float, float], ...], low: float, high: float) -> Any:
    """A list of such pairs."""

    def read(value: Any, where: str) -> tuple[tuple[float, float], ...]:
        if not isinstance(value, (list, tuple)):
            raise TermsError(f"{where} must be a list of pairs, not {value!r}")
        return tuple(_pair(item, where, low, high) for item in value)

    return dataclasses.field(default=default, metadata={"read": read})


def shares(default: Mapping[str, float], names: tuple[str, ...]) -> Any:
    """A table of shares that add up to 1; names that are left out have none."""

    def read(value: Any, where: str) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise TermsError(f"{where} must be a table of shares, not {value!r}")
        for name, share in value.items():
            if name not in names:
                raise TermsError(f"{where} knows {', '.join(names)}, but not {name!r}")
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise TermsError(f"{where}.{name} must be a share from 0 to 1, not {share!r}")
        if abs(sum(value.values()) - 1.0) > 1e-6:
            raise TermsError(f"{where} must add up to 1, not to {sum(value.values()):g}")
        return {name: float(value.get(name, 0.0)) for name in names}

    return dataclasses.field(default_factory=lambda: dict(default), metadata={"read": read})


def rows(row: type) -> Any:
    """A list of tables, each read as the dataclass `row`."""

    def read(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)):
            raise TermsError(f"{where} must be a list of tables, not {value!r}")
        return tuple(read_table(row, item, f"{where}[{index}]") for index, item in enumerate(value))

    return dataclasses.field(default=(), metadata={"read": read})


def read_table(kind: type[Terms], table: Any, where: str) -> Terms:
    """The terms of class `kind` that `table` holds; `where` names the table in sentences.

    Raises:
        TermsError: an unknown key, or a value that the key does not take.
    """
    if not isinstance(table, Mapping):
        raise TermsError(f"{where} must be a table, not {table!r}")
    known = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise TermsError(f"{where} has no key {key!r}; it knows {', '.join(known)}")
    read = {key: known[key].metadata["read"](value, f"{where}.{key}") for key, value in table.items()}
    for item in known.values():
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if required and item.name not in read:
            raise TermsError(f"{where} needs the key {item.name!r}")
    return kind(**read)


def _pair(value: Any, where: str, low: float, high: float) -> tuple[float, float]:
    fits = (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value)
    )
    if not fits or not low <= value[0] <= value[1] <= high:
        raise TermsError(f"{where} must be two numbers in order from {low:g} to {high:g}, not {value!r}")
    return float(value[0]), float(value[1])
