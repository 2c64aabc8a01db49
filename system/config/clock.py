"""Two times. Business time dates sales, tokens, tariffs and readings; security time dates logins and audits.

In production both are the wall. In the demo, and in a month of virtual time, business time follows the
simulated world, and security time stays the wall.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

from django.conf import settings
from django.utils import timezone as wall
from django.utils.module_loading import import_string

#: America/Bogota: no daylight saving since 1993, and none is planned.
BOGOTA = timezone(timedelta(hours=-5), "America/Bogota")


class BusinessClock(Protocol):
    """Source of business time."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""


class WallBusinessClock:
    """The wall."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return wall.now().astimezone(UTC)


class FixedBusinessClock:
    """A clock that a test sets.

    Args:
        instant: aware; it stays until it is set anew.
    """

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant that was set, in UTC."""
        return self.instant.astimezone(UTC)


_clock: BusinessClock | None = None


def business_clock() -> BusinessClock:
    """The clock that the setting ``BUSINESS_CLOCK`` names, made once."""
    global _clock  # noqa: PLW0603 - one clock a process, replaced only by `use`
    if _clock is None:
        _clock = import_string(settings.BUSINESS_CLOCK)()
    return _clock


def use_clock(clock: BusinessClock | None) -> None:
    """Let business time follow `clock` in this process; None: what the settings say."""
    global _clock  # noqa: PLW0603
    _clock = clock


def business_now() -> datetime:
    """The instant of business, aware, in UTC."""
    return business_clock().now()


def business_day(instant: datetime | None = None) -> date:
    """The business day (America/Bogota) of an instant, or of now."""
    return (instant or business_now()).astimezone(BOGOTA).date()


def security_now() -> datetime:
    """The instant on the wall, for logins, sessions, lock-outs and audits."""
    return wall.now()
