"""SQLite: one statement for all values that are written, and one for all spans that are read."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from system.head_end.value_storage.dialect import SeriesSpan, Value

_INSERT = "INSERT {}INTO head_end_reading_value (series_id, ends_at_s, value, quality) VALUES (?, ?, ?, ?)"
_INSERT_NEW, _INSERT_MISSING = _INSERT.format(""), _INSERT.format("OR IGNORE ")
#: Spans of series, asked for together, as columns; nothing of them is written into a statement.
_SERIES, _FIRST, _LAST = (f"json_extract(asked.value, '$[{place}]')" for place in range(3))
_WITHIN = f"""
SELECT kept.series_id, kept.ends_at_s, kept.value
FROM json_each(%s) AS asked CROSS JOIN head_end_reading_value AS kept
ON kept.series_id = {_SERIES} AND kept.ends_at_s BETWEEN {_FIRST} AND {_LAST}
"""  # noqa: S608 - nothing from outside
_BESIDE = f"""
SELECT {_SERIES},
       (SELECT value FROM head_end_reading_value AS kept
        WHERE kept.series_id = {_SERIES} AND kept.ends_at_s < {_FIRST}
        ORDER BY kept.ends_at_s DESC LIMIT 1),
       (SELECT value FROM head_end_reading_value AS kept
        WHERE kept.series_id = {_SERIES} AND kept.ends_at_s > {_LAST}
        ORDER BY kept.ends_at_s LIMIT 1)
FROM json_each(%s) AS asked
"""  # noqa: S608 - nothing from outside


def insert_new(values: Sequence[Value]) -> None:
    """Write values that are new; see `Way`."""
    _write(_INSERT_NEW, values)


def insert_missing(values: Sequence[Value]) -> None:
    """Write those that are not there yet."""
    _write(_INSERT_MISSING, values)


def _write(statement: str, values: Sequence[Value]) -> None:
    """Past the layer that writes the statement anew for each row."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        raw: Any = cursor.connection
        raw.executemany(statement, values)


def within(asked: Sequence[SeriesSpan]) -> list[Any]:
    """Values that are there within spans of series; see `Dialect`."""
    return _ask(_WITHIN, asked)


def beside(asked: Sequence[SeriesSpan]) -> list[Any]:
    """The values before and after spans; see `Way`."""
    return _ask(_BESIDE, asked)


def _ask(statement: str, spans: Sequence[SeriesSpan]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(spans)])
        return list(cursor.fetchall())
