"""Reading a profile (class 7): what it captures, in which units, and its rows.

Source: IEC 62056-6-2, Profile generic
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.declaration import class_id_of
from protocols.dlms.cosem.measurement import DemandRegister, ExtendedRegister, ProfileGeneric, Register
from protocols.dlms.cosem.selection import CaptureObject, EntrySelection, RangeSelection, Selection
from protocols.dlms.errors import DecodeError
from protocols.dlms.profile_rows import Column, Profile, decode_rows, latest
from protocols.dlms.session.core import ObisLike
from protocols.dlms.session.engine import SessionEngine, Target
from protocols.dlms.session.errors import AccessRefused, ExceptionAnswered
from protocols.dlms.session.transport import Operation
from protocols.dlms.xdlms.fields import Result

BUFFER, CAPTURE_OBJECTS, CAPTURE_PERIOD, ENTRIES_IN_USE = 2, 3, 4, 7
#: minutes from local time to UTC where a date-time does not say it: Bogotá
USUAL_DEVIATION_MINUTES = 300

#: class -> attribute with the scaler and unit of its values -> attributes that they belong to
_SCALED: dict[int, tuple[int, frozenset[int]]] = {
    class_id_of(Register): (3, frozenset({2})),
    class_id_of(ExtendedRegister): (3, frozenset({2})),
    class_id_of(DemandRegister): (4, frozenset({2, 3})),
}


@dataclass(frozen=True, slots=True)
class ProfileShape:
    """Capture objects of a profile: read once, of use until it is set up otherwise.

    Args:
        columns: all of them, the clock included.
        period_s: capture period, 0 for captures by event or on demand.
    """

    columns: tuple[Column, ...]
    period_s: int

    @property
    def clock(self) -> CaptureObject | None:
        """The column that says when a row was captured, None where there is none."""
        return next((column.captures for column in self.columns if column.is_clock), None)

    def selected(self, selection: Selection | None) -> tuple[Column, ...]:
        """The columns that `selection` leaves, in the order in which they travel."""
        if isinstance(selection, RangeSelection) and selection.columns:
            wanted = set(selection.columns)
            return tuple(column for column in self.columns if column.captures in wanted)
        if isinstance(selection, EntrySelection):
            return self.columns[max(0, selection.from_column - 1) : selection.to_column or None]
        return self.columns


def profile_shape(engine: SessionEngine, obis: ObisLike) -> Operation[ProfileShape]:
    """Read what a profile captures, and scaler and unit of each column; a unit that is refused is none.

    Raises:
        AccessRefused: the server does not tell what the profile captures.
        NoAnswer: nothing came.
        DecodeError: what it tells is no list of capture objects.
    """
    captures = yield from engine.get(ProfileGeneric, obis, CAPTURE_OBJECTS)
    period = yield from engine.get(ProfileGeneric, obis, CAPTURE_PERIOD)
    if captures.tag is not DataTag.ARRAY or not isinstance(captures.value, tuple):
        raise DecodeError("capture_objects: an array is expected")
    objects = [CaptureObject.from_data(item) for item in captures.value]
    wanted = [target for target in map(_scaler_target, objects) if target is not None]
    found: dict[Target | None, Result] = dict(
        zip(wanted, (yield from read_many(engine, wanted)), strict=True)
    )
    columns = [_column(item, found.get(_scaler_target(item))) for item in objects]
    return ProfileShape(tuple(columns), period.value if isinstance(period.value, int) else 0)


def read_profile(
    engine: SessionEngine,
    obis: ObisLike,
    selection: Selection | None = None,
    *,
    shape: ProfileShape | None = None,
    deviation_minutes: int = USUAL_DEVIATION_MINUTES,
) -> Operation[Profile]:
    """Read a profile as typed rows.

    Args:
        engine: the session.
        obis: the profile.
        selection: which rows; None for all.
        shape: what it captures, where that is known already.
        deviation_minutes: minutes from local time to UTC where a date-time does not say it.

    Raises:
        AccessRefused: the server says why there are no rows.
        ExceptionAnswered: the server cannot serve the request.
        NoAnswer: nothing came.
        DecodeError: the rows do not fit the capture objects.
    """
    if shape is None:
        shape = yield from profile_shape(engine, obis)
    columns = shape.selected(selection)
    buffer = yield from engine.get_octets(ProfileGeneric, obis, BUFFER, selection)
    rows = decode_rows(buffer, columns, period_s=shape.period_s, deviation_minutes=deviation_minutes)
    clock = next((column for column in columns if column.is_clock), None)
    return Profile(tuple(column for column in columns if column is not clock), rows, shape.period_s)


def read_latest(
    engine: SessionEngine, obis: ObisLike, count: int, *, shape: ProfileShape | None = None
) -> Operation[Profile]:
    """The last `count` rows of a profile.

    Raises:
        RemoteProtocolError: as `read_profile`.
    """
    in_use = yield from engine.get(ProfileGeneric, obis, ENTRIES_IN_USE)
    entries = in_use.value if isinstance(in_use.value, int) else 0
    return (yield from read_profile(engine, obis, latest(count, entries), shape=shape))


def read_many(engine: SessionEngine, targets: Sequence[Target]) -> Operation[tuple[Result, ...]]:
    """Read attributes, by one request where the server takes lists and one by one where it does not.

    Raises:
        NoAnswer: nothing came.
    """
    if len(targets) > 1 and engine.takes_lists:
        try:
            return (yield from engine.get_list(targets))
        except ExceptionAnswered:
            pass  # it said that it takes lists, and does not take this one
    results: list[Result] = []
    for target in targets:
        try:
            results.append((yield from engine.get(*target)))
        except AccessRefused as refusal:
            results.append(refusal.result)
        except ExceptionAnswered:
            results.append(DataAccessResult.OTHER_REASON)
    return tuple(results)


def _scaler_target(captured: CaptureObject) -> Target | None:
    place = _SCALED.get(captured.class_id)
    if place is None or captured.attribute not in place[1]:
        return None
    return captured.class_id, captured.logical_name, place[0]


def _column(captured: CaptureObject, found: Result | None) -> Column:
    pair = scaler_and_unit(found)
    return Column(captured) if pair is None else Column(captured, *pair)


def scaler_and_unit(found: Result | None) -> tuple[int, int] | None:
    """Scaler and unit from the attribute that holds them, None where it holds something else."""
    parts = found.value if isinstance(found, Data) else None
    if not isinstance(parts, tuple) or len(parts) != 2:
        return None
    scaler, unit = (part.value for part in parts)
    return (scaler, unit) if isinstance(scaler, int) and isinstance(unit, int) else None
