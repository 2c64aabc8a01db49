"""A session with one meter that proved to be the one expected, and what was asked of it on the way in.

One request tells serial, logical device name, clock and the capture objects of the profiles that will be
read: a session costs few round trips, and behind a slow wire each counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from protocols.dlms.axdr import Data
from protocols.dlms.cosem.control import Clock
from protocols.dlms.cosem.measurement import DataObject, ProfileGeneric
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsValueError
from protocols.dlms.session import AsyncDlmsSession
from protocols.dlms.session.engine import Target
from protocols.dlms.session.profiles import CAPTURE_OBJECTS, ProfileShape
from protocols.dlms.xdlms.fields import Result
from system.head_end.acquisition.asking import ask_many
from system.head_end.acquisition.counters import ReservedCounter
from system.head_end.acquisition.keys import AccessProfile
from system.head_end.acquisition.leased_desk import LeasedDesk
from system.head_end.acquisition.reasons import WrongMeter
from system.head_end.acquisition.shapes import ShapeCache, read_shape
from system.head_end.acquisition.terms import CollectorTerms
from system.head_end.desk import MeterTarget

SERIAL, LOGICAL_DEVICE_NAME, CLOCK = "0.0.96.1.0", "0.0.42.0.0", "0.0.1.0.0"
_VALUE, _TIME = 2, 2
#: Counters that are reserved at a time, and how few may be left when more work begins.
COUNTERS = 256
_COUNTERS_MIN = 200


@dataclass(slots=True)
class Talk:
    """An open session with a meter.

    Args:
        target: who it is.
        session: the association.
        desk: of the visit.
        terms: how the collector works.
        shapes: of profiles.
        access: how the meter let us in.
        counter: of our messages.
        captures: capture objects by profile, as they are now.
        clock_off_s: how far the meter's clock is ahead; None where it does not say.
        clock_doubt_s: how much of that may be the way there and back.
        clock_set: whether it was set in this session.
    """

    target: MeterTarget
    session: AsyncDlmsSession
    desk: LeasedDesk
    terms: CollectorTerms
    shapes: ShapeCache
    access: AccessProfile
    counter: ReservedCounter
    captures: Mapping[str, Data] = field(default_factory=dict)
    clock_off_s: float | None = None
    clock_doubt_s: float = 0.0
    clock_set: bool = False

    async def enough_counters(self) -> None:
        """Reserve invocation counters for what comes next."""
        if self.access.ciphered and self.counter.left < _COUNTERS_MIN:
            first = await self.desk.reserve_counters(self.target.device_id, COUNTERS)
            self.counter.add(first, COUNTERS)

    async def shape(self, profile: str) -> ProfileShape:
        """What a profile captures.

        Raises:
            DlmsError: the meter does not tell.
        """
        device_id, now_s = self.target.device_id, self.session.pipe.now_s()
        captures = self.captures.get(profile)
        known = self.shapes.find(device_id, profile, captures, now_s) if captures is not None else None
        if known is None:
            known = await read_shape(self.session, profile, captures)
            self.shapes.keep(device_id, profile, captures, known, now_s)
        return known


async def introduce(talk: Talk, profiles: tuple[str, ...]) -> None:
    """Ask the meter who it is, what time it has, and what `profiles` capture.

    Raises:
        WrongMeter: it is another.
        DlmsError: it does not answer as it should.
    """
    targets: list[Target] = [
        (DataObject, SERIAL, _VALUE),
        (DataObject, LOGICAL_DEVICE_NAME, _VALUE),
        (Clock, CLOCK, _TIME),
    ]
    targets += [(ProfileGeneric, profile, CAPTURE_OBJECTS) for profile in profiles]
    asked = talk.desk.now()
    serial, ldn, time, *captures = await ask_many(talk.session, targets)
    told = talk.desk.now()
    check_identity(talk.target, _text(serial), _text(ldn))
    talk.captures = {
        profile: found for profile, found in zip(profiles, captures, strict=True) if isinstance(found, Data)
    }
    note_clock(talk, time, asked, told)


def note_clock(talk: Talk, time: Result, asked: datetime, told: datetime) -> None:
    """Remember how far a clock is ahead that was read between `asked` and `told`."""
    found = instant_of(time, talk.terms.deviation_minutes)
    doubt = (told - asked) / 2  # the answer was made somewhere between the two
    talk.clock_doubt_s = doubt.total_seconds()
    talk.clock_off_s = None if found is None else (found - (asked + doubt)).total_seconds()


def instant_of(found: Result, deviation_minutes: int) -> datetime | None:
    """The instant that an attribute tells, None where it tells none."""
    if not isinstance(found, Data) or not isinstance(found.value, bytes):
        return None
    try:
        return CosemDateTime.from_bytes(found.value).to_utc(deviation_minutes)
    except (DecodeError, DlmsValueError):
        return None


def check_identity(target: MeterTarget, serial: str, ldn: str) -> None:
    """Compare what a meter says with what is expected; what it does not tell is not compared.

    Raises:
        WrongMeter: it is another.
    """
    pairs = (("serial", target.serial, serial), ("logical device name", target.ldn, ldn))
    compared = False
    for what, expected, said in pairs:
        if expected and said and expected != said:
            raise WrongMeter(f"{what} {said[:40]!r} instead of {expected!r}")
        compared = compared or bool(expected and said)
    if (target.serial or target.ldn) and not compared:
        raise WrongMeter("it does not tell who it is")


def _text(found: Result) -> str:
    value = found.value if isinstance(found, Data) else None
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\x00 ") if isinstance(value, str) else ""
