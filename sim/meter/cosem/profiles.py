"""Class 7: captured profiles and event logs, with access by range and by entry.

Rows are kept as integers; a column knows how its value travels. Rows leave oldest first.

Source: IEC 62056-6-2, Profile generic
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from sim.meter.clock import to_epoch_us
from sim.meter.load_profile import ProfileRow

CLOCK = CaptureObject(8, Obis.from_string("0.0.1.0.0"), 2)
#: A row's clock is shown to the hundredth: an upper limit reaches to the end of its own.
_WITHIN_SHOWN_US = 9_999


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it captures, and how its number travels."""

    captures: CaptureObject
    to_data: Callable[[int], Data]


@dataclass(frozen=True, slots=True)
class Table:
    """A profile's rows and columns.

    Args:
        rows: oldest first; their instant is what the clock column shows.
        columns: one for each value of a row, in this order. One that captures the clock shows the instant.
        time_octets: from an instant to twelve octets of local time.
        deviation_minutes: of a time that a client gives without one.
    """

    rows: Callable[[], Sequence[ProfileRow]]
    columns: tuple[Column, ...]
    time_octets: Callable[[int | None], bytes]
    deviation_minutes: int

    @property
    def captures(self) -> tuple[CaptureObject, ...]:
        """What each column captures."""
        return tuple(column.captures for column in self.columns)

    def read(self, selection: Selection | None) -> Data:
        """The rows that `selection` asks for.

        Raises:
            AccessError: it asks for what this table does not have.
        """
        rows, wanted = self._rows(selection), self._wanted(selection)
        cells = [self._cell(index) for index in wanted]
        return axdr.array(*(axdr.structure(*[cell(row) for cell in cells]) for row in rows))

    def _cell(self, index: int) -> Callable[[ProfileRow], Data]:
        column = self.columns[index]
        if column.captures == CLOCK:
            return lambda row: axdr.octet_string(self.time_octets(row.epoch_us))
        to_data = column.to_data
        return lambda row: to_data(row.values[index])

    def _rows(self, selection: Selection | None) -> Sequence[ProfileRow]:
        rows = self.rows()
        if isinstance(selection, RangeSelection):
            if selection.restricting_object == CLOCK:
                return self._between(rows, selection)
            return self._with_values(rows, selection)
        if isinstance(selection, EntrySelection):
            return rows[max(0, selection.from_entry - 1) : selection.to_entry or None]
        return rows

    def _between(self, rows: Sequence[ProfileRow], selection: RangeSelection) -> Sequence[ProfileRow]:
        low, high = self._instant(selection.from_value), self._instant(selection.to_value) + _WITHIN_SHOWN_US
        instants = [row.epoch_us for row in rows]
        if instants == sorted(instants):
            return rows[bisect_left(instants, low) : bisect_right(instants, high)]
        return [row for row in rows if low <= row.epoch_us <= high]  # the clock was set back

    def _with_values(self, rows: Sequence[ProfileRow], selection: RangeSelection) -> Sequence[ProfileRow]:
        if selection.restricting_object not in self.captures:
            raise AccessError(DataAccessResult.SCOPE_OF_ACCESS_VIOLATED)
        low, high = selection.from_value.value, selection.to_value.value
        if not isinstance(low, int) or not isinstance(high, int):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        index = self.captures.index(selection.restricting_object)
        return [row for row in rows if low <= row.values[index] <= high]

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
