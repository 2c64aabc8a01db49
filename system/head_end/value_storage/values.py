"""Values into the database, each once, whatever is repeated; a table says how each database takes many.

A value that is there already stays as it is: the same number is no news, another is told to the caller.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.db import IntegrityError, connection, transaction

from system.head_end.value_storage import dialect, postgresql, sqlite
from system.head_end.value_storage.dialect import Dialect, Key, SeriesSpan, Value

_DIALECTS: Mapping[str, Dialect] = {"postgresql": postgresql, "sqlite": sqlite}


class ValueFate(Enum):
    """Fate of a value that was to be stored."""

    NEW = "new"
    KNOWN = "known"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Stored:
    """Fates of values.

    Args:
        there: numbers that were there before, by key; empty: every value was new.
        fresh: of those that were not, the number that was written; None: every value was new.
    """

    there: Mapping[Key, int] = field(default_factory=dict)
    fresh: Mapping[Key, int] | None = None

    def fate(self, value: Value) -> ValueFate:
        """Fate of one of them."""
        if self.fresh is None:
            return ValueFate.NEW
        key = value[:2]
        if key in self.there:
            return ValueFate.KNOWN if self.there[key] == value[2] else ValueFate.CONTRADICTED
        return ValueFate.NEW if self.fresh[key] == value[2] else ValueFate.CONTRADICTED

    @property
    def all_new(self) -> bool:
        """True where nothing was there before."""
        return self.fresh is None


def store_values(values: Sequence[Value]) -> Stored:
    """Write values, within the caller's transaction. Of two for one key in `values` the first counts."""
    if not values:
        return Stored()
    try:
        with transaction.atomic():
            _dialect().insert_new(values)
    except IntegrityError:
        return _store_missing(values)
    return Stored()


def _store_missing(values: Sequence[Value]) -> Stored:
    """Look which are there, and write the others."""
    there = _there(values)
    fresh: dict[Key, Value] = {}
    for value in values:
        if value[:2] not in there:
            fresh.setdefault(value[:2], value)
    _dialect().insert_missing(list(fresh.values()))
    return Stored(there, {key: value[2] for key, value in fresh.items()})


def _there(values: Sequence[Value]) -> dict[Key, int]:
    """The numbers that are there for these keys."""
    wanted: dict[int, set[int]] = {}
    for series, at, _, _ in values:
        wanted.setdefault(series, set()).add(at)
    spans = [(series, min(instants), max(instants)) for series, instants in wanted.items()]
    return {(series, at): value for series, at, value in _dialect().within(spans) if at in wanted[series]}


def neighbours(asked: Iterable[SeriesSpan]) -> dict[int, tuple[int | None, int | None]]:
    """The values before and after spans of series: series -> (before, after); None where there is none."""
    return {series: (before, after) for series, before, after in _dialect().beside(list(asked))}


def values_within(asked: Iterable[SeriesSpan]) -> list[tuple[int, int, int]]:
    """(series, end, raw value) of all that is there within spans of series, both ends included; no order."""
    return _dialect().within(list(asked))


def _dialect() -> Dialect:
    return _DIALECTS.get(connection.vendor, dialect)
