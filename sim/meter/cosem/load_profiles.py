"""Class 7 over the captured profiles (load, daily, billing): how a row is taken, kept and shown.

A captured value is kept as one integer and the kind that tells how to read it back. Numbers keep their tag;
a date-time of twelve octets is kept as its instant, a text of up to seven octets (the name of a rate) as
its octets. Anything else has no place in a row.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.enumerations import SortMethod
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import CaptureObject, Selection
from protocols.dlms.datetimes import SIZE, CosemDateTime
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from sim.meter.clock.device_clock import to_epoch_us
from sim.meter.components import Components
from sim.meter.cosem.binding import Bound, NumberGetter, RowPlan, elements, getter, number
from sim.meter.cosem.logical_device import ObjectTable
from sim.meter.cosem.profile_generic import CLOCK, Column, Table
from sim.meter.cosem.requests import LiveParts
from sim.meter.metering.load_profile import NO_VALUE, ColumnKey, LoadProfile
from sim.meter.profile import ObjectTerms

# ------------------------------------------------------------ values in a row

#: Kinds beyond the tags of `DataTag`.
TIME, TEXT = 1000, 1001
_LONGEST_TEXT = 7
_NUMBERS = frozenset(
    {
        DataTag.BOOLEAN,
        DataTag.DOUBLE_LONG,
        DataTag.DOUBLE_LONG_UNSIGNED,
        DataTag.INTEGER,
        DataTag.LONG,
        DataTag.UNSIGNED,
        DataTag.LONG_UNSIGNED,
        DataTag.LONG64,
        DataTag.ENUM,
    }
)


def pack(data: Data, deviation_minutes: int) -> tuple[int, int]:
    """(kind, integer) of a value.

    Args:
        data: what was read.
        deviation_minutes: of a time that names none.

    Raises:
        AccessError: a value that has no place in a row.
    """
    value = data.value
    if data.tag is DataTag.NULL:
        return 0, NO_VALUE
    if data.tag in _NUMBERS and isinstance(value, int):
        return int(data.tag), int(value)
    if isinstance(value, bytes) and len(value) == SIZE:
        return TIME, _instant(value, deviation_minutes)
    if isinstance(value, bytes) and len(value) <= _LONGEST_TEXT:
        return TEXT, int.from_bytes(bytes((len(value),)) + value, "big")
    raise AccessError(DataAccessResult.TYPE_UNMATCHED)


def _instant(raw: bytes, deviation_minutes: int) -> int:
    try:
        return to_epoch_us(CosemDateTime.from_bytes(raw).to_utc(deviation_minutes))
    except DlmsError:
        return NO_VALUE


def unpacker(kind: int, time_octets: Callable[[int | None], bytes]) -> Callable[[int], Data]:
    """Function from the integers of one column to their `Data`.

    Args:
        kind: as `pack` said it; 0 for a column that never had a value.
        time_octets: from an instant (None for never) to twelve octets of local time.
    """
    if kind == TIME:
        return lambda number: axdr.octet_string(time_octets(None if number == NO_VALUE else number))
    if kind == TEXT:
        return lambda number: axdr.null() if number == NO_VALUE else axdr.octet_string(_text(number))
    if kind == 0:
        return lambda _number: axdr.null()
    tag = DataTag(kind)
    boolean = tag is DataTag.BOOLEAN

    def number_of(number: int) -> Data:
        if number == NO_VALUE:
            return axdr.null()
        return Data(tag, bool(number) if boolean else number)

    return number_of


def _text(number: int) -> bytes:
    size = (number.bit_length() + 7) // 8
    raw = number.to_bytes(max(1, size), "big")
    return raw[1 : 1 + raw[0]]


# ------------------------------------------------------------ rows and profiles

_MOST_COLUMNS = 32
_LONGEST_PERIOD_S = 366 * 86_400


@lru_cache(maxsize=64)
def _capture_objects(keys: tuple[ColumnKey, ...]) -> tuple[CaptureObject, ...]:
    return tuple(map(capture_object, keys))


@lru_cache(maxsize=1024)
def capture_object(key: ColumnKey) -> CaptureObject:
    """The definition of a column as it travels."""
    class_id, name, attribute, element = key
    return CaptureObject(class_id, Obis.from_bytes(name), attribute, element)


def take_row(objects: ObjectTable, parts: Components, name: str, at_us: int) -> None:
    """Capture profile `name` at an instant: each column reads its object as a client would."""
    profile = parts.captured.profiles[name]
    deviation = parts.zone.deviation_minutes(at_us)
    columns = _capture_objects(profile.columns)
    plan = objects.row_plans.get(profile.columns)
    if plan is None:
        objects.make(column.logical_name for column in columns)
        plan = objects.row_plans[profile.columns] = _plan(objects, columns)
    kinds: Sequence[int]
    if plan.complete:
        values = [at_us if found is None else found() for found in plan.numbers]
        kinds = plan.kinds
    else:
        cells = [_cell(objects, column, at_us, deviation) for column in columns]
        values, kinds = [value for _, value in cells], [kind for kind, _ in cells]
    profile.capture(at_us, values, kinds)
    parts.captured.unmark(name)


def _plan(objects: ObjectTable, columns: Sequence[CaptureObject]) -> RowPlan:
    """Plan of these columns; complete where each has a getter of numbers."""
    getters = [_number_getter(objects, column) for column in columns]
    complete = all(
        found is not None or column == CLOCK for found, column in zip(getters, columns, strict=True)
    )
    return RowPlan(
        tuple(found.number if found else None for found in getters),
        tuple(found.kind if found else 0 for found in getters),
        complete,
    )


def _number_getter(objects: ObjectTable, column: CaptureObject) -> NumberGetter | None:
    """Getter of the number of a column; None where only a client's way will do."""
    found = None if column == CLOCK else objects.find(column.logical_name)
    if found is None or found.class_id != column.class_id or column.data_index:
        return None
    getter = found.getters.get(column.attribute)
    return getter if isinstance(getter, NumberGetter) else None


def _cell(objects: ObjectTable, column: CaptureObject, at_us: int, deviation: int) -> tuple[int, int]:
    """Kind and number of one column; of what cannot be read or kept there is no value."""
    if column == CLOCK:
        return 0, at_us
    found = objects.find(column.logical_name)
    if found is None or found.class_id != column.class_id:
        return 0, NO_VALUE
    try:
        data = found.read(column.attribute)
        if column.data_index and isinstance(data.value, tuple):
            data = data.value[column.data_index - 1]
        return pack(data, deviation)
    except (AccessError, IndexError):
        return 0, NO_VALUE


def table_of(live: LiveParts, profile: LoadProfile) -> Table:
    """The profile as clients see it now."""
    octets = live.parts.zone.octets
    columns = zip(profile.columns, profile.kinds, strict=True)
    return Table(
        lambda: profile.rows,
        tuple(Column(capture_object(key), unpacker(kind, octets)) for key, kind in columns),
        octets,
        live.profile.deviation_minutes,
    )


def bind_profile(live: LiveParts, row: ObjectTerms) -> Bound:
    """Buffer, columns and period; columns and period can be set, which empties the buffer."""
    name: str = row.options["name"]
    profile = live.parts.captured.profiles[name]

    def read(selection: Selection | None) -> Data:
        return table_of(live, profile).read(selection)

    def columns() -> Data:
        return axdr.array(*(capture_object(key).to_data() for key in profile.columns))

    def set_columns(value: Data) -> None:
        wanted = [_wanted_column(live, item) for item in elements(value)]
        if not 0 < len(wanted) <= _MOST_COLUMNS:
            raise AccessError(DataAccessResult.OTHER_REASON)
        profile.change(columns=tuple(wanted))
        live.requests.changed()

    def set_period(value: Data) -> None:
        period_s = number(value)
        if not 0 <= period_s <= _LONGEST_PERIOD_S:
            raise AccessError(DataAccessResult.OTHER_REASON)
        profile.change(period_s=period_s)
        live.requests.changed()

    def reset(_parameter: Data | None) -> None:
        profile.reset()
        live.requests.changed()

    return Bound(
        {
            2: read,
            3: getter(columns),
            4: getter(lambda: axdr.double_long_unsigned(profile.period_s)),
            5: getter(lambda: axdr.enum(SortMethod.FIFO)),
            6: getter(CLOCK.to_data),
            7: getter(lambda: axdr.double_long_unsigned(profile.entries_in_use)),
            8: getter(lambda: axdr.double_long_unsigned(profile.terms.entries)),
        },
        {3: set_columns, 4: set_period},
        {1: reset, 2: lambda _parameter: live.requests.capture(name)},
    )


def _wanted_column(live: LiveParts, item: Data) -> ColumnKey:
    """A column that a client asks for: its object must be there."""
    try:
        column = CaptureObject.from_data(item)
    except DlmsError as error:
        raise AccessError(DataAccessResult.TYPE_UNMATCHED) from error
    rows = {(row.class_id, Obis.from_string(row.obis)) for row in live.profile.objects}
    if (column.class_id, column.logical_name) not in rows:
        raise AccessError(ActionResult.OBJECT_UNDEFINED)
    return column.class_id, column.logical_name.to_bytes(), column.attribute, column.data_index
