"""SQLite: one statement for all values that are written, and one for all spans that are read."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from system.head_end.storing.shapes import SeriesSpan, Value

_INSERT = "INSERT {}INTO head_end_reading_value (series_id, ends_at_s, value, quality) VALUES (?, ?, ?, ?)"
_INSERT_NEW, _INSERT_MISSING = _INSERT.format(""), _INSERT.format("OR IGNORE ")
_WITHIN = """
SELECT kept.series_id, kept.ends_at_s, kept.value
FROM json_each(%s) AS asked CROSS JOIN head_end_reading_value AS kept
ON kept.series_id = json_extract(asked.value, '$[0]')
AND kept.ends_at_s BETWEEN json_extract(asked.value, '$[1]') AND json_extract(asked.value, '$[2]')
"""
_BESIDE = """
SELECT %s, (SELECT value FROM head_end_reading_value WHERE series_id = %s AND ends_at_s < %s
            ORDER BY ends_at_s DESC LIMIT 1),
           (SELECT value FROM head_end_reading_value WHERE series_id = %s AND ends_at_s > %s
            ORDER BY ends_at_s LIMIT 1)
"""


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
    """What is there within spans of series; see `Way`."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHIN, [json.dumps(asked)])
        return list(cursor.fetchall())


def beside(asked: Sequence[SeriesSpan]) -> list[Any]:
    """The values before and after spans; see `Way`."""
    out: list[Any] = []
    with connection.cursor() as cursor:
        for series, first, last in asked:
            cursor.execute(_BESIDE, [series, series, first, series, last])
            out.append(cursor.fetchone())
    return out
