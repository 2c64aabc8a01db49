"""Rows from a decoded buffer: any types, and the ways in which a row may say "as before".

- null-data in the clock column: one capture period after the row before.
- null-data in another column: the value of the row before.
- a delta type: the value of the row before, and so much more.

In the first row there is no row before: null stays None there, a delta stays itself.

Source: IEC 62056-6-2, Profile generic, buffer
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from protocols.dlms.axdr import CompactArray, Data, DataTag
from protocols.dlms.errors import DecodeError
from protocols.dlms.profile_rows.instants import NO_INSTANT, Instant, instant, later
from protocols.dlms.profile_rows.rows import Column, Row, Value

_DELTAS = frozenset(
    {
        DataTag.DELTA_INTEGER,
        DataTag.DELTA_LONG,
        DataTag.DELTA_DOUBLE_LONG,
        DataTag.DELTA_UNSIGNED,
        DataTag.DELTA_LONG_UNSIGNED,
        DataTag.DELTA_DOUBLE_LONG_UNSIGNED,
    }
)


def rows_from_data(
    buffer: Data, columns: Sequence[Column], *, period_s: int, deviation_minutes: int
) -> tuple[Row, ...]:
    """Every row of a decoded buffer.

    Args:
        buffer: an array or a compact-array of structures.
        columns: what they hold, the clock included.
        period_s: capture period, s.
        deviation_minutes: minutes from local time to UTC where a date-time does not say it.

    Raises:
        DecodeError: it is no list of rows, or a row has another number of columns.
    """
    clock = clock_column(columns)
    before = Row(None, None, tuple(None for column in columns if column is not clock))
    rows: list[Row] = []
    for cells in _structures(buffer, len(columns)):
        time: Instant = NO_INSTANT
        values: list[Value] = []
        for cell, column in zip(cells, columns, strict=True):
            if column is clock:
                time = _time(cell, before, period_s, deviation_minutes)
            else:
                values.append(_value(cell, before.values[len(values)]))
        before = Row(*time, tuple(values))
        rows.append(before)
    return tuple(rows)


def clock_column(columns: Sequence[Column]) -> Column | None:
    """The column that says when a row was captured: the first that is a clock."""
    return next((column for column in columns if column.is_clock), None)


def _structures(buffer: Data, width: int) -> Iterator[tuple[Data, ...]]:
    rows = buffer.value.items if isinstance(buffer.value, CompactArray) else buffer.value
    if not isinstance(rows, tuple) or buffer.tag not in (DataTag.ARRAY, DataTag.COMPACT_ARRAY):
        raise DecodeError("buffer: an array of rows is expected")
    for number, row in enumerate(rows, 1):
        if row.tag is not DataTag.STRUCTURE or not isinstance(row.value, tuple) or len(row.value) != width:
            raise DecodeError(f"buffer: row {number} is no structure of {width} columns")
        yield row.value


def _time(cell: Data, before: Row, period_s: int, deviation_minutes: int) -> Instant:
    if cell.tag is DataTag.NULL:
        time: datetime | None = later(before.time, period_s)
        return time, None if time is None else before.clock_status
    return instant(cell.value, deviation_minutes) if isinstance(cell.value, bytes) else NO_INSTANT


def _value(cell: Data, before: Value) -> Value:
    if cell.tag is DataTag.NULL:
        return before
    if cell.tag in _DELTAS and isinstance(before, int) and isinstance(cell.value, int):
        return before + cell.value
    return cell.value
