"""Operations of a session with a meter: reading ranges and registers, keeping its clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import CaptureObject, RangeSelection
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.profile_rows import Profile
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.clock import ClockCorrection, correct_clock, correction_of, read_clock
from protocols.dlms.session.errors import AccessRefused
from protocols.dlms.session.profiles import ProfileShape, read_profile
from sim.concentrator.storage import StoredRow, StoredValue
from sim.concentrator.terms import ClockTerms

#: Class of the value of a register code; credit and account have others.
_VALUE_OF_CLASS: dict[str, tuple[int, int]] = {"0.0.19.10": (112, 2), "0.0.96": (1, 2)}


def value_reference(obis: str) -> tuple[int, int]:
    """Class and attribute under which a code is read as a register."""
    found = (place for prefix, place in _VALUE_OF_CLASS.items() if obis.startswith(prefix + "."))
    return next(found, (3, 2))


def plain(value: object) -> StoredValue:
    """A value as it is stored: whole numbers stay, octets become hexadecimal, the rest text."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def columns_of(shape: ProfileShape) -> tuple[str, ...]:
    """The columns of a profile but its clock, as they are stored."""
    return tuple(
        f"{str(column.captures.logical_name).removesuffix('.255')}/{column.captures.attribute}"
        for column in shape.columns
        if not column.is_clock
    )


def read_range(
    engine: SessionEngine,
    obis: str,
    shape: ProfileShape,
    after_s: int,
    through_s: int,
    deviation_minutes: int,
) -> Operation[list[StoredRow]]:
    """The rows of a profile behind one second and up to another, s since 1970; oldest first.

    Raises:
        DlmsError: as the session says; `DecodeError` where the profile has no clock.
    """
    if shape.clock is None:
        raise DecodeError(f"{obis} has no clock")
    selection = RangeSelection(
        CaptureObject(shape.clock.class_id, shape.clock.logical_name, shape.clock.attribute),
        _instant(after_s + 1, deviation_minutes),
        _instant(through_s, deviation_minutes),
    )
    profile: Profile = yield from read_profile(
        engine, obis, selection, shape=shape, deviation_minutes=deviation_minutes
    )
    rows = [
        (int(row.time.timestamp()), tuple(plain(value) for value in row.values))
        for row in profile.rows
        if row.time is not None
    ]
    return sorted(rows, key=lambda row: row[0])


def read_values(engine: SessionEngine, codes: Sequence[str]) -> Operation[dict[str, StoredValue]]:
    """Registers and the like, by code; what the meter does not have is left out."""
    found: dict[str, StoredValue] = {}
    for obis in codes:
        class_id, attribute = value_reference(obis)
        try:
            data = yield from engine.get(class_id, obis, attribute)
        except AccessRefused:
            continue
        found[obis] = plain(data.value)
    return found


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """Result of keeping a meter's clock.

    Args:
        deviation_s: positive where it was ahead of the concentrator's.
        action: its correction.
    """

    deviation_s: float
    action: ClockCorrection


def keep_clock(
    engine: SessionEngine, utc: Callable[[], datetime], terms: ClockTerms, *, forced: bool = False
) -> Operation[ClockCheck]:
    """Compare a meter's clock with ours, and shift, set or only tell, as the terms say.

    Args:
        engine: the session.
        utc: our clock.
        terms: the limits.
        forced: set it also where it is beyond the limit, on an operator's order.
    """
    found = yield from read_clock(engine, utc, terms.deviation_minutes)
    correction = correction_of(found.deviation_s, terms.meter_limits, forced=forced)
    yield from correct_clock(
        engine, correction, found.deviation_s, utc, terms.deviation_minutes, transit_s=found.doubt_s
    )
    return ClockCheck(found.deviation_s, correction)


def _instant(utc_s: int, deviation_minutes: int) -> Data:
    local = CosemDateTime.from_utc(datetime.fromtimestamp(utc_s, UTC), deviation_minutes)
    return axdr.octet_string(local.to_bytes())
