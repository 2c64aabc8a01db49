"""From a table of a scenario to a frozen value, and one sentence where the table is wrong."""

from typing import Any, TypeVar

from sim.kernel.tables import TableError, table_values

T = TypeVar("T")


class ScenarioError(Exception):
    """A scenario that cannot be had; the message is one sentence."""


def read_terms(kind: type[T], table: Any, section: str) -> T:
    """The value that `table` says, each key a field of the dataclass `kind`.

    Args:
        kind: a dataclass; what it raises as `ValueError` is its own sentence.
        table: parsed TOML.
        section: how the table is called in a message.

    Raises:
        ScenarioError: a key is unknown, missing or of the wrong kind, or the values do not fit together.
    """
    try:
        return kind(**table_values(kind, table))
    except TableError as error:
        raise ScenarioError(f"[{section}] {_sentence(error)}") from error
    except ValueError as error:
        raise ScenarioError(f"[{section}] {error}") from error


def _sentence(error: TableError) -> str:
    match error.fault:
        case "unknown":
            return f"has no key {error.keys[0]!r}; known: {', '.join(error.known)}"
        case "missing":
            return f"must say {error.keys[0]}"
        case "kind":
            return f"{error.keys[0]} must be {error.wanted}"
    return "must be a table"


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Let a dataclass refuse a number.

    Raises:
        ValueError: `value` is outside; a sentence that names it.
    """
    if not low <= value <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, not {value:g}")
