"""PostgreSQL: COPY straight into the table, and one question however many series are asked about.

COPY of binary rows takes half as long as COPY into a table of the transaction and on from there, and a third
of INSERT; but it takes all rows or none, so who has some of them twice goes by INSERT.
"""

import struct
from collections.abc import Sequence
from typing import Any

from django.db import connection

from system.config.compiled_queries import prepared
from system.head_end.value_storage.dialect import SeriesSpan, Value

_COPY = """
COPY head_end_reading_value (series_id, ends_at_s, value, quality) FROM STDIN (FORMAT BINARY)
"""
#: Begin and end of a stream of COPY in binary; a row: how many columns, then each with its length before it.
#: Source: PostgreSQL documentation, SQL COPY, Binary Format
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_ROW = struct.Struct(">hiqiqiqii")
_COLUMNS, _BIGINT, _INTEGER = 4, 8, 4

_INSERT = """
INSERT INTO head_end_reading_value (series_id, ends_at_s, value, quality)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::integer[]) ON CONFLICT DO NOTHING
"""
_ASKED = "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS asked (series_id, first_s, last_s)"
_WITHIN = f"""
SELECT kept.series_id, kept.ends_at_s, kept.value {_ASKED}
JOIN head_end_reading_value AS kept
ON kept.series_id = asked.series_id AND kept.ends_at_s BETWEEN asked.first_s AND asked.last_s
"""
_BESIDE = f"""
SELECT asked.series_id,
       (SELECT value FROM head_end_reading_value AS kept
        WHERE kept.series_id = asked.series_id AND kept.ends_at_s < asked.first_s
        ORDER BY kept.ends_at_s DESC LIMIT 1),
       (SELECT value FROM head_end_reading_value AS kept
        WHERE kept.series_id = asked.series_id AND kept.ends_at_s > asked.last_s
        ORDER BY kept.ends_at_s LIMIT 1)
{_ASKED}
"""  # noqa: S608 - nothing from outside


def insert_new(values: Sequence[Value]) -> None:
    """Write values that are new; see `Way`."""
    pack = _ROW.pack
    rows = [
        pack(_COLUMNS, _BIGINT, series, _BIGINT, at, _BIGINT, value, _INTEGER, quality)
        for series, at, value, quality in values
    ]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        copy.write(b"".join((_BEGIN, *rows, _END)))


def insert_missing(values: Sequence[Value]) -> None:
    """Write those that are not there yet."""
    _ask(_INSERT, values)


def within(asked: Sequence[SeriesSpan]) -> list[Any]:
    """Values that are there within spans of series; see `Dialect`."""
    return _ask(_WITHIN, asked)


def beside(asked: Sequence[SeriesSpan]) -> list[Any]:
    """The values before and after spans; see `Way`."""
    return _ask(_BESIDE, asked)


def _ask(statement: str, rows: Sequence[Sequence[int]]) -> list[Any]:
    """Run a statement whose arguments are columns of rows."""
    if not rows:
        return []
    with prepared(connection), connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        return list(cursor.fetchall()) if cursor.description else []
