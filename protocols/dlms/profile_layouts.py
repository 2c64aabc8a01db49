"""Row layouts: where every column has a fixed size, a row is one struct and a buffer is many of them.

The octets that say what a row is (tags, counts, lengths) are the same in every row. One comparison under a
mask proves that for the whole buffer at once; then two structs read it, one the clock, one the values.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct

from protocols.dlms.axdr import DataTag
from protocols.dlms.axdr.values import FIXED_OCTETS, NUMBERS
from protocols.dlms.datetimes import SIZE, CosemDateTime
from protocols.dlms.datetimes import SIZE as DATE_TIME_OCTETS
from protocols.dlms.errors import DecodeError, DlmsValueError

# The instant of a row from its twelve octets, quickly where nothing is left unspecified.

ANY_OCTET = 0xFF
ANY_DEVIATION = -0x8000
US_PER_HUNDREDTH = 10_000
AFTER_SUNDAY = 8
#: minutes; what `CosemDateTime` takes
DEVIATION_MAX = 840

#: year, month, day, weekday, hour, minute, second, hundredths, deviation, status
CLOCK_FIELDS = "HBBBBBBBhB"
_FIELDS = Struct(f">{CLOCK_FIELDS}")

Instant = tuple[datetime | None, int | None]

NO_INSTANT: Instant = (None, None)


@lru_cache(maxsize=64)
def offset(deviation_minutes: int) -> timedelta:
    """Offset from local time to UTC."""
    return timedelta(minutes=deviation_minutes)


def instant(raw: bytes, deviation_minutes: int) -> Instant:
    """The instant, aware, in UTC, and the clock status; both None where the octets name no instant.

    Args:
        raw: a date-time; anything else names no instant.
        deviation_minutes: minutes from local time to UTC where the date-time does not say it.
    """
    if len(raw) != SIZE:
        return NO_INSTANT
    fields = _FIELDS.unpack(raw)
    plain = plain_instant(fields, deviation_minutes)
    if plain is not None:
        return plain, fields[-1]
    try:
        moment = CosemDateTime.from_bytes(raw)
        return moment.to_utc(deviation_minutes), moment.status
    except (DecodeError, DlmsValueError):
        return NO_INSTANT


def later(before: datetime | None, period_s: int) -> datetime | None:
    """The instant one capture period after `before`."""
    return None if before is None or not period_s else before + timedelta(seconds=period_s)


# Meters of a night capture at the same instants: each is made once.
@lru_cache(maxsize=4096)
def plain_instant(fields: tuple[int, ...], deviation_minutes: int) -> datetime | None:
    """The instant of an unpacked date-time, None where it takes `instant` to say.

    Args:
        fields: year, month, day, weekday, hour, minute, second, hundredths, deviation and status.
        deviation_minutes: as for `instant`.
    """
    year, month, day, weekday, hour, minute, second, hundredths, deviation, _status = fields
    if deviation == ANY_DEVIATION:
        deviation = deviation_minutes
    elif not -DEVIATION_MAX <= deviation <= DEVIATION_MAX:
        return None
    if not 0 < weekday < AFTER_SUNDAY and weekday != ANY_OCTET:
        return None
    if second == ANY_OCTET:
        second = 0
    if hundredths == ANY_OCTET:
        hundredths = 0
    try:
        local = datetime(year, month, day, hour, minute, second, hundredths * US_PER_HUNDREDTH, UTC)
        return local + offset(deviation)
    except (ValueError, OverflowError):
        return None


_TAGS = {int(tag): tag for tag in DataTag}
#: lengths and counts below this are one octet
_LONG_FORM = 0x80
#: deltas count from the row before: a layout would have to remember it
_DELTAS = frozenset(tag for tag in NUMBERS if tag >= DataTag.DELTA_INTEGER)

#: tag -> (octets, struct format) of contents that are always so long
_FIXED: dict[DataTag, tuple[int, str]] = {
    **{
        tag: (number.size, number.format.lstrip(">")) for tag, number in NUMBERS.items() if tag not in _DELTAS
    },
    **{tag: (size, f"{size}s") for tag, size in FIXED_OCTETS.items()},
    DataTag.BOOLEAN: (1, "?"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a fixed row: the constant octets in front (tag, length), then the contents."""

    constant: bytes
    size: int
    format: str

    @property
    def is_date_time(self) -> bool:
        """True where the contents may be a date-time."""
        return self.size == DATE_TIME_OCTETS and self.format == f"{DATE_TIME_OCTETS}s"


@dataclass(frozen=True, slots=True)
class RowLayout:
    """A row whose every octet has its place.

    Args:
        size: octets of a row.
        mask: which octets are constant, once for a row.
        pattern: what they are.
        values: reads the columns that are not the clock.
        clock: reads the clock, None where no column is one.
        clock_offset: where in a row the clock's twelve octets begin.
    """

    size: int
    mask: bytes
    pattern: bytes
    values: struct.Struct
    clock: struct.Struct | None
    clock_offset: int

    def fits(self, contents: bytes, count: int) -> bool:
        """Tell whether `contents` is `count` such rows and nothing else."""
        if len(contents) != self.size * count:
            return False
        mask, pattern = _expected(self, count)
        return int.from_bytes(contents, "big") & mask == pattern


@lru_cache(maxsize=64)
def _expected(layout: RowLayout, count: int) -> tuple[int, int]:
    return int.from_bytes(layout.mask * count, "big"), int.from_bytes(layout.pattern * count, "big")


@lru_cache(maxsize=256)
def compile_layout(head: bytes, fields: tuple[Field, ...], clock_column: int | None) -> RowLayout | None:
    """The layout of rows with `head` before the fields; None where the clock column holds no date-time.

    Args:
        head: constant octets in front of a row.
        fields: all columns.
        clock_column: which of them is the clock, None for none.
    """
    if clock_column is not None and not fields[clock_column].is_date_time:
        return None
    mask, pattern, clock_offset = bytearray(b"\xff" * len(head)), bytearray(head), 0
    values, clock = f">{len(head)}x", f">{len(head)}x"
    for index, field in enumerate(fields):
        if index == clock_column:
            clock_offset = len(mask) + len(field.constant)
        mask += b"\xff" * len(field.constant) + bytes(field.size)
        pattern += field.constant + bytes(field.size)
        skip = f"{len(field.constant)}x"
        contents = f"{field.size}x"
        values += skip + (contents if index == clock_column else field.format)
        clock += skip + (CLOCK_FIELDS if index == clock_column else contents)
    return RowLayout(
        size=len(mask),
        mask=bytes(mask),
        pattern=bytes(pattern),
        values=struct.Struct(values),
        clock=None if clock_column is None else struct.Struct(clock),
        clock_offset=clock_offset,
    )


def fields_of_row(contents: bytes, columns: int) -> tuple[bytes, tuple[Field, ...]] | None:
    """Head and fields of the row (a structure) that `contents` begins with; None where one is not fixed."""
    if not 0 < columns < _LONG_FORM or contents[:2] != bytes((DataTag.STRUCTURE, columns)):
        return None
    position, fields = 2, []
    for _ in range(columns):
        field = _tagged_field(contents, position)
        if field is None:
            return None
        fields.append(field)
        position += len(field.constant) + field.size
    return contents[:2], tuple(fields)


def _tagged_field(contents: bytes, position: int) -> Field | None:
    head = contents[position : position + 2]
    if len(head) < 2:
        return None
    tag = _TAGS.get(head[0])
    if tag in _FIXED:
        size, form = _FIXED[tag]
        return Field(head[:1], size, form)
    if tag is DataTag.OCTET_STRING and head[1] < _LONG_FORM:
        return Field(head, head[1], f"{head[1]}s")
    return None


def fields_of_description(tags: bytes, contents: bytes) -> tuple[bytes, tuple[Field, ...]] | None:
    """The same for rows of a compact-array: `tags` stand in its description, not in the rows.

    Args:
        tags: one for each column; a row is a structure of them.
        contents: shows the lengths that the first row's octet-strings have.
    """
    if not tags:
        return None
    position, fields = 0, []
    for number in tags:
        field = _untagged_field(number, contents[position : position + 1])
        if field is None:
            return None
        fields.append(field)
        position += len(field.constant) + field.size
    return b"", tuple(fields)


def _untagged_field(number: int, first: bytes) -> Field | None:
    tag = _TAGS.get(number)
    if tag in _FIXED:
        size, form = _FIXED[tag]
        return Field(b"", size, form)
    if tag is DataTag.OCTET_STRING and first and first[0] < _LONG_FORM:
        return Field(first, first[0], f"{first[0]}s")
    return None
