"""Class 7: the load profile and the event log, with access by range and by entry.

Rows are kept as integers; a column knows how its value travels. Rows leave oldest first.

Source: IEC 62056-6-2, Profile generic
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.enumerations import SortMethod
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from sim.meter.clock import to_epoch_us
from sim.meter.cosem.bound import TYPES, Bound, getter, scaled, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.load_profile import ProfileRow
from sim.meter.profile import ObjectTerms
from sim.meter.readings import Reading

CLOCK = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
EVENT_CODE = CaptureObject(1, Obis.from_string("0.0.96.11.0"), 2)


@dataclass(frozen=True, slots=True)
class Column:
    """One column after the clock: what it captures, and how its number travels."""

    captures: CaptureObject
    to_data: Callable[[int], Data]


@dataclass(frozen=True, slots=True)
class Table:
    """A profile's rows and columns; the clock is always the first column and the one that ranges restrict."""

    rows: Callable[[], Sequence[ProfileRow]]
    columns: tuple[Column, ...]
    deviation_minutes: int

    @property
    def captures(self) -> tuple[CaptureObject, ...]:
        """All columns, the clock first."""
        return (CLOCK, *(column.captures for column in self.columns))

    def read(self, selection: Selection | None) -> Data:
        """The rows that `selection` asks for.

        Raises:
            AccessError: it asks for what this table does not have.
        """
        rows, wanted = self._rows(selection), self._wanted(selection)
        return axdr.array(*(self._row(row, wanted) for row in rows))

    def _row(self, row: ProfileRow, wanted: Sequence[int]) -> Data:
        cells = [axdr.octet_string(time_octets(row.epoch_us, self.deviation_minutes))] if 0 in wanted else []
        cells += [self.columns[index - 1].to_data(row.values[index - 1]) for index in wanted if index]
        return axdr.structure(*cells)

    def _rows(self, selection: Selection | None) -> Sequence[ProfileRow]:
        rows = self.rows()
        if isinstance(selection, RangeSelection):
            if selection.restricting_object != CLOCK:
                raise AccessError(DataAccessResult.OTHER_REASON)
            low, high = self._instant(selection.from_value), self._instant(selection.to_value)
            if [*rows] != sorted(rows, key=_epoch_us):  # the clock was set back: no order to rely on
                return [row for row in rows if low <= row.epoch_us <= high]
            return rows[bisect_left(rows, low, key=_epoch_us) : bisect_right(rows, high, key=_epoch_us)]
        if isinstance(selection, EntrySelection):
            return rows[max(0, selection.from_entry - 1) : selection.to_entry or None]
        return rows

    def _wanted(self, selection: Selection | None) -> list[int]:
        everything = list(range(len(self.captures)))
        if isinstance(selection, RangeSelection) and selection.columns:
            if not set(selection.columns) <= set(self.captures):
                raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
            return [index for index in everything if self.captures[index] in selection.columns]
        if isinstance(selection, EntrySelection):
            return everything[max(0, selection.from_column - 1) : selection.to_column or None]
        return everything

    def _instant(self, value: Data) -> int:
        try:
            if not isinstance(value.value, bytes):
                raise AccessError(DataAccessResult.TYPE_UNMATCHED)
            return to_epoch_us(CosemDateTime.from_bytes(value.value).to_utc(self.deviation_minutes))
        except DlmsError as error:
            raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error


def _epoch_us(row: ProfileRow) -> int:
    return row.epoch_us


def _bind(table: Table, period_s: int, size: int) -> Bound:
    captures = axdr.array(*(item.to_data() for item in table.captures))
    return Bound(
        {
            2: table.read,
            3: getter(lambda: captures),
            4: getter(lambda: axdr.double_long_unsigned(period_s)),
            5: getter(lambda: axdr.enum(SortMethod.FIFO)),
            6: getter(CLOCK.to_data),
            7: getter(lambda: axdr.double_long_unsigned(len(table.rows()))),
            8: getter(lambda: axdr.double_long_unsigned(size)),
        }
    )


def bind_load_profile(live: LiveParts, channels: Sequence[ObjectTerms], sources: Sequence[Reading]) -> Bound:
    """The load profile: the clock, and the registers of `channels` at the end of each interval."""
    columns = tuple(_column(row, source) for row, source in zip(channels, sources, strict=True))
    table = Table(lambda: live.parts.load_profile.rows, columns, live.profile.deviation_minutes)
    return _bind(table, live.parts.load_profile.terms.period_s, live.parts.load_profile.terms.entries)


def _column(row: ObjectTerms, reading: Reading) -> Column:
    make, scaler = TYPES[row.options["type"]], row.options["scaler"]
    return Column(
        CaptureObject(row.class_id, Obis.from_string(row.obis), 2),
        lambda value: make(scaled(value, reading.exponent, scaler)),
    )


def bind_event_log(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The event log: the clock and the event code, captured by event."""
    column = Column(EVENT_CODE, axdr.unsigned)
    table = Table(
        lambda: [ProfileRow(entry.epoch_us, (int(entry.code),)) for entry in live.parts.events.entries],
        (column,),
        live.profile.deviation_minutes,
    )
    return _bind(table, 0, live.parts.events.capacity)
