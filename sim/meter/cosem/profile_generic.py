"""Class 7: rows and columns with access by range and by entry, and the logs: events, excursions, payments.

Rows are kept as integers; a column knows how its value travels. Rows leave oldest first.

Source: IEC 62056-6-2, Profile generic; the columns of the payment logs are ours
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
from protocols.field.events import LogKind
from sim.meter.clock.device_clock import to_epoch_us
from sim.meter.cosem.binding import MODULUS, TYPES, Bound, getter, scaled
from sim.meter.cosem.payment import wh
from sim.meter.cosem.requests import LiveParts
from sim.meter.metering.load_profile import ProfileRow
from sim.meter.metering.metrology import THOUSANDTHS
from sim.meter.payment.payment_log import CHARGES, CREDITS, TOKENS
from sim.meter.profile import ObjectTerms
from sim.meter.units import NJ_PER_WH

# ------------------------------------------------------------ rows and columns

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
        """Captured object of each column."""
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


# ------------------------------------------------------------ event logs and excursions


def fixed_table(table: Table, capacity: int) -> Bound:
    """A class 7 object that is captured by event and whose columns never change."""
    captures = axdr.array(*(item.to_data() for item in table.captures))
    return Bound(
        {
            2: table.read,
            3: getter(lambda: captures),
            4: getter(lambda: axdr.double_long_unsigned(0)),
            5: getter(lambda: axdr.enum(SortMethod.FIFO)),
            6: getter(CLOCK.to_data),
            7: getter(lambda: axdr.double_long_unsigned(len(table.rows()))),
            8: getter(lambda: axdr.double_long_unsigned(capacity)),
        }
    )


def _clock_column() -> Column:
    return Column(CLOCK, axdr.double_long_unsigned)  # the table shows the instant itself


def bind_event_log(live: LiveParts, row: ObjectTerms) -> Bound:
    """One event log: the clock and the event code."""
    kind = LogKind(row.options["log"])
    events, zone = live.parts.events, live.parts.zone
    code = CaptureObject(1, Obis.from_string(row.options["code"]), 2)
    table = Table(
        lambda: [ProfileRow(entry.epoch_us, (0, int(entry.code))) for entry in events.entries_of(kind)],
        (_clock_column(), Column(code, axdr.unsigned)),
        zone.octets,
        live.profile.deviation_minutes,
    )

    def reset(_parameter: Data | None) -> None:
        events.clear(kind, live.parts.clock.epoch_us)
        live.requests.changed()

    bound = fixed_table(table, events.capacity)
    return Bound(bound.getters, methods={1: reset})


def bind_excursions(live: LiveParts, row: ObjectTerms) -> Bound:
    """One log of excursions: when it ended, its worst value and its duration."""
    watch = live.parts.quality.watches[row.options["watch"]]
    magnitude, duration = (
        CaptureObject(3, Obis.from_string(row.options[name]), 2) for name in ("magnitude", "duration")
    )

    def rows() -> Sequence[ProfileRow]:
        return [ProfileRow(end_us, (0, worst, duration_ms)) for end_us, duration_ms, worst in watch.ring.rows]

    table = Table(
        rows,
        (_clock_column(), Column(magnitude, _size(row)), Column(duration, _milliseconds)),
        live.parts.zone.octets,
        live.profile.deviation_minutes,
    )
    return fixed_table(table, watch.ring.capacity)


def _size(row: ObjectTerms) -> Callable[[int], Data]:
    make, scaler = TYPES[row.options["type"]], row.options["scaler"]
    return lambda value: make(scaled(value, THOUSANDTHS, scaler))


def _milliseconds(duration_ms: int) -> Data:
    return axdr.double_long_unsigned(min(duration_ms, MODULUS["double-long-unsigned"] - 1))


# ------------------------------------------------------------ payment logs


def _amount(amount_wh: int) -> Data:
    return wh(amount_wh * NJ_PER_WH)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Attributes that stand for the columns behind the clock: class, OBIS, attribute, how it travels."""

    columns: tuple[tuple[int, str, int, Callable[[int], Data]], ...]


#: Log -> its columns.
_SHAPES: dict[str, _Shape] = {
    TOKENS: _Shape(
        (
            (115, "0.0.19.40.0", 6, axdr.unsigned),  # number of the result
            (115, "0.0.19.40.0", 5, axdr.enum),
            (112, "0.0.19.10.0", 9, _amount),
        )
    ),
    CREDITS: _Shape(
        (
            (112, "0.0.19.10.0", 9, _amount),
            (112, "0.0.19.10.0", 2, _amount),
        )
    ),
    CHARGES: _Shape(
        (
            (111, "0.0.19.0.0", 10, axdr.unsigned),  # place in the account's list of charges
            (113, "0.0.19.20.0", 11, _amount),
            (113, "0.0.19.20.0", 12, _amount),
        )
    ),
}


def bind_payment_log(live: LiveParts, row: ObjectTerms) -> Bound:
    """One of the logs: the row's `log` is tokens, credits or charges."""
    name = row.options["log"]
    ring = live.parts.payments.rings[name]
    columns = tuple(
        Column(CaptureObject(class_id, Obis.from_string(obis), attribute), make)
        for class_id, obis, attribute, make in _SHAPES[name].columns
    )

    def rows() -> Sequence[ProfileRow]:
        return [ProfileRow(cells[0], (0, *cells[1:])) for cells in ring.rows]

    clock = Column(CLOCK, axdr.double_long_unsigned)  # the table shows the instant itself
    table = Table(rows, (clock, *columns), live.parts.zone.octets, live.profile.deviation_minutes)
    return fixed_table(table, ring.capacity)
