"""Rows from the octets of a buffer: by a compiled layout where every row is alike, else cell by cell.

Both ways give the same rows; the compiled one is about ten times as fast.
"""

from collections.abc import Sequence

from protocols.dlms import axdr
from protocols.dlms.axdr import DataTag
from protocols.dlms.datetimes import SIZE as DATE_TIME_OCTETS
from protocols.dlms.profile_rows.generic import clock_column, rows_from_data
from protocols.dlms.profile_rows.instants import instant, plain_instant
from protocols.dlms.profile_rows.layouts import (
    RowLayout,
    compile_layout,
    fields_of_description,
    fields_of_row,
)
from protocols.dlms.profile_rows.rows import Column, Row
from protocols.dlms.reader import Reader

#: tag and count in front of a compact-array's list of tags
_DESCRIPTION_HEAD = bytes((DataTag.COMPACT_ARRAY, DataTag.STRUCTURE))


def decode_rows(
    raw: bytes, columns: Sequence[Column], *, period_s: int = 0, deviation_minutes: int = 0
) -> tuple[Row, ...]:
    """Every row of a buffer as it came: one `Data` that fills `raw`.

    Args:
        raw: an array or a compact-array of structures.
        columns: what they hold, the clock included.
        period_s: capture period, for rows whose instant is left out, s.
        deviation_minutes: minutes from local time to UTC where a date-time does not say it.

    Raises:
        DecodeError: it does not decode, or a row has another number of columns.
    """
    clock = clock_column(columns)
    place = None if clock is None else list(columns).index(clock)
    compiled = _array(raw, len(columns), place) or _compact_array(raw, len(columns), place)
    if compiled is not None:
        return _by_layout(*compiled, deviation_minutes)
    buffer = axdr.decode(raw)
    return rows_from_data(buffer, columns, period_s=period_s, deviation_minutes=deviation_minutes)


def _array(raw: bytes, width: int, place: int | None) -> tuple[RowLayout, bytes] | None:
    """Layout and contents of an array of fixed rows."""
    if raw[:1] != bytes((DataTag.ARRAY,)) or len(raw) < 2:
        return None
    count, start = _length(raw, 1)
    contents = raw[start:]
    found = fields_of_row(contents, width)
    layout = None if found is None else compile_layout(*found, place)
    return (layout, contents) if layout is not None and layout.fits(contents, count) else None


def _compact_array(raw: bytes, width: int, place: int | None) -> tuple[RowLayout, bytes] | None:
    """The same of a compact-array."""
    tags_end = len(_DESCRIPTION_HEAD) + 1 + width
    if raw[: tags_end - width] != _DESCRIPTION_HEAD + bytes((width & 0xFF,)) or len(raw) <= tags_end:
        return None
    size, start = _length(raw, tags_end)
    contents = raw[start:]
    found = fields_of_description(raw[tags_end - width : tags_end], contents)
    layout = None if found is None or size != len(contents) else compile_layout(*found, place)
    if layout is None or not layout.fits(contents, size // layout.size):
        return None
    return layout, contents


def _length(raw: bytes, position: int) -> tuple[int, int]:
    """A length, and where what follows begins."""
    reader = Reader(raw[position : position + 1 + 4])
    value = reader.length("count", bounded=False)
    return value, position + reader.pos


def _by_layout(layout: RowLayout, contents: bytes, deviation_minutes: int) -> tuple[Row, ...]:
    values = layout.values.iter_unpack(contents)
    if layout.clock is None:
        return tuple([Row(None, None, found) for found in values])
    rows: list[Row] = []
    for fields, found in zip(layout.clock.iter_unpack(contents), values, strict=True):
        time, status = plain_instant(fields, deviation_minutes), fields[-1]
        if time is None:
            start = len(rows) * layout.size + layout.clock_offset
            time, status = instant(contents[start : start + DATE_TIME_OCTETS], deviation_minutes)
        rows.append(Row(time, status, found))
    return tuple(rows)
