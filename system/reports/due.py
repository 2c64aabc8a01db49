"""When a schedule is due: an hour of Bogota, on each day, each Monday or each first of a month."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from system.config.clock import BOGOTA
from system.reports.models import Every

_FITS: Mapping[str, Callable[[date], bool]] = {
    Every.DAY: lambda _day: True,
    Every.WEEK: lambda day: day.weekday() == 0,
    Every.MONTH: lambda day: day.day == 1,
}
_LONGEST_DAYS = 32


def next_due(every: str, hour: int, after: datetime) -> datetime:
    """The first instant after another at which it is due.

    Args:
        every: of `Every`.
        hour: 0 to 23, Bogota.
        after: aware.

    >>> from datetime import UTC
    >>> str(next_due("month", 6, datetime(2026, 11, 1, 11, 0, tzinfo=UTC)))
    '2026-12-01 06:00:00-05:00'
    """
    first = after.astimezone(BOGOTA).date()
    for number in range(_LONGEST_DAYS + 1):
        day = first + timedelta(days=number)
        at = datetime.combine(day, time(hour), BOGOTA)
        if at > after and _FITS[every](day):
            return at
    raise AssertionError("a month has a first day")
