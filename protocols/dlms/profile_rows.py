"""Profiles (class 7) into typed rows: by capture objects, with units, quickly.

Map of the room::

    rows.py      Column, Row, Profile: what comes out
    decoder.py   decode_rows: octets of a buffer into rows
    layouts.py   rows of fixed size as one compiled struct
    generic.py   any other rows: null-data and deltas against the row before
    instants.py  date-times of rows
    selecting.py by instants or by entries

Reading one from a meter is `protocols.dlms.session.profiles`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from protocols.dlms import axdr
from protocols.dlms.axdr import CompactArray, Data, DataTag, DataValue
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection
from protocols.dlms.datetimes import SIZE as DATE_TIME_OCTETS
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.obis import Obis
from protocols.dlms.profile_layouts import (
    NO_INSTANT,
    Instant,
    RowLayout,
    compile_layout,
    fields_of_description,
    fields_of_row,
    instant,
    later,
    plain_instant,
)
from protocols.dlms.reader import Reader
from protocols.dlms.units import UNITS

# A profile read: its columns with their units, and its rows with their instants.

CLOCK_CLASS = 8
CLOCK_TIME = 2
#: scalers beyond this are nobody's meaning: the value is left as it is
_SCALER_MAX = 30

Value: TypeAlias = DataValue
Quantity: TypeAlias = "DataValue | Decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a profile.

    Args:
        captures: the attribute that it captures.
        scaler: exponent of ten of its values, 0 where it has none.
        unit: code of its unit (`units.UNITS`), None where it has none.

    >>> from protocols.dlms.obis import Obis
    >>> voltage = Column(CaptureObject(3, Obis.from_string("1.0.12.7.0"), 2), scaler=-2, unit=35)
    >>> voltage.quantity(12046), voltage.symbol
    (Decimal('120.46'), 'V')
    """

    captures: CaptureObject
    scaler: int = 0
    unit: int | None = None

    @property
    def is_clock(self) -> bool:
        """True for the instant of the row: attribute 2 of a clock."""
        return self.captures.class_id == CLOCK_CLASS and self.captures.attribute == CLOCK_TIME

    @property
    def symbol(self) -> str:
        """The symbol of its unit, empty where it has none."""
        known = UNITS.get(self.unit) if self.unit is not None else None
        return known.symbol if known is not None else ""

    def quantity(self, value: Value) -> Quantity:
        """`value` in the column's unit: whole where the scaler leaves it whole, else decimal; exact."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.scaler or abs(self.scaler) > _SCALER_MAX:
            return value
        if isinstance(value, int) and self.scaler > 0:
            whole: int = value * 10**self.scaler
            return whole
        return Decimal(str(value)).scaleb(self.scaler)


class Row(NamedTuple):
    """One capture.

    Attributes:
        time: the instant, aware, in UTC; None where the profile has no clock, or it names no instant.
        clock_status: clock-status octet of that instant (bit 0 invalid, bit 7 daylight saving), None without.
        values: as they stand on the wire, one for each column that is not the clock.
    """

    time: datetime | None
    clock_status: int | None
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows of a profile, in the order in which the meter gave them.

    Args:
        columns: what the rows hold, the clock not counted.
        rows: the captures.
        period_s: capture period, 0 for captures by event or on demand.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    period_s: int = 0

    def quantities(self) -> Iterator[tuple[datetime | None, tuple[Quantity, ...]]]:
        """Each row's instant and its values in the units of their columns."""
        for row in self.rows:
            pairs = zip(self.columns, row.values, strict=True)
            yield row.time, tuple([column.quantity(value) for column, value in pairs])


# Rows from a decoded buffer: any types, and the ways in which a row may say "as before".
#
# - null-data in the clock column: one capture period after the row before.
# - null-data in another column: the value of the row before.
# - a delta type: the value of the row before, and so much more.
#
# In the first row there is no row before: null stays None there, a delta stays itself.
#
# Source: IEC 62056-6-2, Profile generic, buffer

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


# Rows from the octets of a buffer: by a compiled layout where every row is alike, else cell by cell.
#
# Both ways give the same rows; the compiled one is about ten times as fast.

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


# Selections of rows: between two instants, or by their numbers.

#: the clock that nearly every profile captures first
USUAL_CLOCK = CaptureObject(8, Obis(0, 0, 1, 0, 0, 255), 2)


def between(
    start: datetime, end: datetime, *, clock: CaptureObject = USUAL_CLOCK, deviation_minutes: int = 300
) -> RangeSelection:
    """Rows captured from `start` to `end`, both included.

    Args:
        start: aware.
        end: aware.
        clock: the clock column of the profile.
        deviation_minutes: minutes from the meter's local time to UTC (Bogotá +300).

    Raises:
        DlmsValueError: an instant is naive.

    >>> from datetime import UTC, datetime
    >>> from protocols.dlms.obis import Obis
    >>> clock = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
    >>> midnight = datetime(2026, 1, 1, 5, tzinfo=UTC)
    >>> between(midnight, midnight, clock=clock).from_value.value.hex()
    '07ea01010400000000012c00'
    """
    low, high = (
        axdr.octet_string(CosemDateTime.from_utc(moment, deviation_minutes).to_bytes())
        for moment in (start, end)
    )
    return RangeSelection(clock, low, high)


def latest(count: int, entries_in_use: int) -> EntrySelection:
    """The `count` rows with the highest numbers; all of them where there are fewer."""
    return EntrySelection(max(1, entries_in_use - count + 1), 0)
