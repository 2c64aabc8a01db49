"""Clock correction of a meter: its deviation, the limits, and what a session does about it.

A clock is read between two instants of ours; half the way there and back is the doubt of its deviation.
Within the tolerance it is left alone; a small deviation is shifted, which makes no interval longer or shorter
than the shift; a larger one is set; beyond the last limit nothing is done unless an operator ordered it.

Source: IEC 62056-6-2, Clock (class_id 8): time and shift_time
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import Clock
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.transport import Operation

CLOCK = "0.0.1.0.0"
TIME, SHIFT_TIME = 2, 6
SHIFT_MAX_S = 900
"""The most that `shift_time` takes."""


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """Limits of clock correction, by the deviation.

    Args:
        tolerance_s: up to this nothing is done.
        shift_s: up to this it is shifted, which makes no interval longer or shorter than the shift.
        set_s: up to this it is set; beyond, people are told and nothing is done.

    Source: requirements A-09, F7-06 (half a second a day); the limits themselves are ours [M]
    """

    tolerance_s: float = 5.0
    shift_s: float = 60.0
    set_s: float = 1_800.0


class ClockCorrection(StrEnum):
    """Correction of a clock."""

    NONE = "none"
    SHIFTED = "shifted"
    SET = "set"
    TOO_FAR = "too-far"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Reading of a clock.

    Args:
        deviation_s: positive where it is ahead of ours.
        doubt_s: half the way there and back, which may be part of the deviation.
    """

    deviation_s: float
    doubt_s: float


def clock_reading(time: Data, asked: datetime, answered: datetime, deviation_minutes: int) -> ClockReading:
    """Reading of a clock whose `time` was asked for and answered at these instants of ours.

    Args:
        time: attribute 2.
        asked: before the request.
        answered: after the answer.
        deviation_minutes: minutes from local time to UTC where the meter does not say it.

    Raises:
        DecodeError: it is no octet string, or no date-time.
        DlmsValueError: it names no instant.
    """
    if not isinstance(time.value, bytes):
        raise DecodeError("clock: an octet-string is expected")
    doubt = (answered - asked) / 2
    found = CosemDateTime.from_bytes(time.value).to_utc(deviation_minutes)
    return ClockReading((found - (asked + doubt)).total_seconds(), doubt.total_seconds())


def correction_of(
    deviation_s: float, limits: ClockLimits, *, doubt_s: float = 0.0, forced: bool = False
) -> ClockCorrection:
    """The correction that a deviation asks for.

    Args:
        deviation_s: positive where the clock is ahead.
        limits: see `ClockLimits`.
        doubt_s: widens the tolerance: behind a slow wire the meter's time is not known better than this.
        forced: set it also beyond the last limit.

    >>> limits = ClockLimits(tolerance_s=5.0, shift_s=60.0, set_s=1_800.0)
    >>> [str(correction_of(deviation_s, limits)) for deviation_s in (4.0, -60.0, 61.0, 1_801.0)]
    ['none', 'shifted', 'set', 'too-far']
    """
    size_s = abs(deviation_s)
    if size_s <= limits.tolerance_s + doubt_s:
        return ClockCorrection.NONE
    if size_s > limits.set_s and not forced:
        return ClockCorrection.TOO_FAR
    return ClockCorrection.SHIFTED if size_s <= min(limits.shift_s, SHIFT_MAX_S) else ClockCorrection.SET


def read_clock(
    engine: SessionEngine, now: Callable[[], datetime], deviation_minutes: int
) -> Operation[ClockReading]:
    """Read the clock.

    Raises:
        DlmsError: as the session says, or it tells no instant.
    """
    asked = now()
    time = yield from engine.get(Clock, CLOCK, TIME)
    return clock_reading(time, asked, now(), deviation_minutes)


def correct_clock(
    engine: SessionEngine,
    correction: ClockCorrection,
    deviation_s: float,
    now: Callable[[], datetime],
    deviation_minutes: int,
    *,
    transit_s: float = 0.0,
) -> Operation[None]:
    """Shift or set the clock, as `correction_of` has it; any other correction sends nothing.

    Args:
        engine: the session.
        correction: what is done.
        deviation_s: positive where the clock is ahead.
        now: our clock.
        deviation_minutes: minutes from local time to UTC.
        transit_s: time that the new time travels, added to it.

    Raises:
        DlmsError: the meter refuses, or is silent.
    """
    if correction is ClockCorrection.SHIFTED:
        yield from engine.action(Clock, CLOCK, SHIFT_TIME, axdr.long(-round(deviation_s)))
    elif correction is ClockCorrection.SET:
        time = CosemDateTime.from_utc(now() + timedelta(seconds=transit_s), deviation_minutes)
        yield from engine.set(Clock, CLOCK, TIME, axdr.octet_string(time.to_bytes()))
