"""The instant of a row from its twelve octets, quickly where nothing is left unspecified."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from struct import Struct

from protocols.dlms.datetimes import SIZE, CosemDateTime
from protocols.dlms.errors import DecodeError, DlmsValueError

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
    """What leads from local time to UTC."""
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
