"""Values into the database, each once, whatever is repeated; a table says how each database takes many.

A value that is there already stays as it is: the same number is no news, another is told to the caller.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.db import connection, transaction

from system.head_end.models import ReadingValue

#: A value: series, end of its interval (s since 1970), raw value, quality.
Value = tuple[int, int, int, int]
Key = tuple[int, int]

_CREATE_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming_value
(series_id bigint, ends_at_s bigint, value bigint, quality integer) ON COMMIT DELETE ROWS
"""
_COPY = "COPY incoming_value (series_id, ends_at_s, value, quality) FROM STDIN (FORMAT BINARY)"
_TYPES = ["int8", "int8", "int8", "int4"]
_TAKE_OVER = """
INSERT INTO head_end_reading_value (series_id, ends_at_s, value, quality)
SELECT series_id, ends_at_s, value, quality FROM incoming_value ON CONFLICT DO NOTHING
"""
_INSERT = """
INSERT OR IGNORE INTO head_end_reading_value (series_id, ends_at_s, value, quality) VALUES (?, ?, ?, ?)
"""
_THERE = """
SELECT ends_at_s, value FROM head_end_reading_value WHERE series_id = %s AND ends_at_s BETWEEN %s AND %s
"""
_NEIGHBOURS = """
SELECT (SELECT MAX(ends_at_s) FROM head_end_reading_value WHERE series_id = %s AND ends_at_s < %s),
       (SELECT MIN(ends_at_s) FROM head_end_reading_value WHERE series_id = %s AND ends_at_s > %s)
"""
_ONE = "SELECT value FROM head_end_reading_value WHERE series_id = %s AND ends_at_s = %s"


class Fate(Enum):
    """What became of a value."""

    NEW = "new"
    KNOWN = "known"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of values.

    Args:
        there: numbers that were there before, by key; empty: every value was new.
        fresh: of those that were not, the number that was written; None: every value was new.
    """

    there: Mapping[Key, int] = field(default_factory=dict)
    fresh: Mapping[Key, int] | None = None

    def fate(self, value: Value) -> Fate:
        """What became of one of them."""
        if self.fresh is None:
            return Fate.NEW
        key = value[:2]
        if key in self.there:
            return Fate.KNOWN if self.there[key] == value[2] else Fate.CONTRADICTED
        return Fate.NEW if self.fresh[key] == value[2] else Fate.CONTRADICTED

    @property
    def all_new(self) -> bool:
        """True where nothing was there before."""
        return self.fresh is None


class _SomeWereThere(Exception):
    """Go back and look which."""


def store_values(values: Sequence[Value]) -> Stored:
    """Write values, within the caller's transaction. Of two for one key in `values` the first counts."""
    if not values:
        return Stored()
    insert = _WAYS.get(connection.vendor, _by_orm)
    try:
        with transaction.atomic():
            if insert(values) < len(values):
                raise _SomeWereThere
    except _SomeWereThere:
        there, fresh = _there(values), dict[Key, Value]()
        for value in values:
            if value[:2] not in there:
                fresh.setdefault(value[:2], value)
        insert(list(fresh.values()))
        return Stored(there, {key: value[2] for key, value in fresh.items()})
    return Stored()


def _by_copy(values: Sequence[Value]) -> int:
    """PostgreSQL: COPY into a table of this transaction, and on from there."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE_INCOMING)
        with cursor.copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for value in values:
                copy.write_row(value)
        cursor.execute(_TAKE_OVER)
        written = cursor.rowcount
        cursor.execute("DELETE FROM incoming_value")
    return int(written)


def _by_executemany(values: Sequence[Value]) -> int:
    """SQLite: one statement for all, past the layer that writes it anew for each row."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw: Any = cursor.connection
        before = raw.total_changes
        raw.executemany(_INSERT, values)
        return int(raw.total_changes - before)


def _by_orm(values: Sequence[Value]) -> int:
    """Others, slowly: see what is there, and write the rest."""
    if _there(values):
        return 0
    fresh: dict[Key, Value] = {}
    for value in values:
        fresh.setdefault(value[:2], value)
    ReadingValue.objects.bulk_create(
        [ReadingValue(series_id=s, ends_at_s=at, value=v, quality=q) for s, at, v, q in fresh.values()]
    )
    return len(fresh)


def _there(values: Sequence[Value]) -> dict[Key, int]:
    """The numbers that are there for these keys."""
    wanted: dict[int, set[int]] = {}
    for series, at, _, _ in values:
        wanted.setdefault(series, set()).add(at)
    out: dict[Key, int] = {}
    with connection.cursor() as cursor:
        for series, instants in wanted.items():
            cursor.execute(_THERE, [series, min(instants), max(instants)])
            out.update({(series, at): value for at, value in cursor.fetchall() if at in instants})
    return out


def neighbours(asked: Iterable[tuple[int, int, int]]) -> dict[int, tuple[int | None, int | None]]:
    """The values before and after spans of series: ``(series, first, last)`` -> series: (before, after)."""
    out: dict[int, tuple[int | None, int | None]] = {}
    with connection.cursor() as cursor:
        for series, first, last in asked:
            cursor.execute(_NEIGHBOURS, [series, first, series, last])
            found = cursor.fetchone()
            out[series] = (_one(cursor, series, found[0]), _one(cursor, series, found[1]))
    return out


def _one(cursor: Any, series: int, at: int | None) -> int | None:
    if at is None:
        return None
    cursor.execute(_ONE, [series, at])
    return int(cursor.fetchone()[0])


_WAYS: Mapping[str, Callable[[Sequence[Value]], int]] = {
    "postgresql": _by_copy,
    "sqlite": _by_executemany,
}
