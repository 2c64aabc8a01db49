"""Dates and times of day with "any" in them, as calendars and schedules write them, and when they come.

A day of the month with a weekday means the first such weekday on or after that day; 0xFE is the last day of
the month (with a weekday: the last such weekday), 0xFD the second last.

>>> sundays = DatePattern(weekday=7)
>>> sundays.next_day(date(2026, 1, 1)).isoformat()
'2026-01-04'
>>> DatePattern(month=3, day=0xFE, weekday=7).next_day(date(2026, 1, 1)).isoformat()
'2026-03-29'

Source: IEC 62056-6-2, 4.1.6.1, date and time formats
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from protocols.dlms.datetimes import CosemDateTime

ANY = 0xFF
ANY_YEAR = 0xFFFF
LAST_DAY, SECOND_LAST_DAY = 0xFE, 0xFD
_FROM_THE_END = {LAST_DAY: 0, SECOND_LAST_DAY: 1}
#: A pattern that names a leap day of one weekday comes back within so many days.
_HORIZON_DAYS = 366 * 41
DAY_OCTETS, TIME_OCTETS = 5, 4


@dataclass(frozen=True, slots=True)
class DatePattern:
    """A date; None is any. Months 0xFD and 0xFE (daylight saving) match no day.

    Raises:
        ValueError: a field that is no year, month, day or weekday.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None

    def __post_init__(self) -> None:
        CosemDateTime(self.year, self.month, self.day, self.weekday)

    @classmethod
    def from_octets(cls, raw: bytes) -> "DatePattern":
        """Read the five octets of a date.

        Raises:
            ValueError: not five octets, or a field out of range.
        """
        if len(raw) != DAY_OCTETS:
            raise ValueError(f"a date has {DAY_OCTETS} octets, not {len(raw)}")
        year = int.from_bytes(raw[:2], "big")
        month, day, weekday = (None if octet == ANY else octet for octet in raw[2:])
        return cls(None if year == ANY_YEAR else year, month, day, weekday)

    def to_octets(self) -> bytes:
        """The five octets."""
        year = ANY_YEAR if self.year is None else self.year
        rest = (self.month, self.day, self.weekday)
        return year.to_bytes(2, "big") + bytes(ANY if part is None else part for part in rest)

    def matches(self, day: date) -> bool:
        """True where the pattern means `day`."""
        if self.year not in (None, day.year) or self.month not in (None, day.month):
            return False
        if self.day is None:
            return self.weekday in (None, day.isoweekday())
        return self._in_month(day.year, day.month) == day

    def next_day(self, first: date) -> date | None:
        """The first day from `first` on that is meant, None where there is none in forty years."""
        return next((day for day in self._candidates(first) if day >= first and self.matches(day)), None)

    def latest_day(self, last: date) -> date | None:
        """The last day up to `last` that is meant, None where there is none in forty years."""
        day = last
        for _ in range(_HORIZON_DAYS):
            if self.matches(day):
                return day
            if self.year is not None and day.year < self.year:
                return None
            day -= timedelta(days=1)
        return None

    def _candidates(self, first: date) -> Iterator[date]:
        """Days worth a look, in order: of a pattern with a day one a month, else every day of a while."""
        if self.day is None and self.month is None and self.year is None:
            yield from (first + timedelta(days=ahead) for ahead in range(8))
            return
        year, month = max(first.year, self.year or 0), first.month if first.year >= (self.year or 0) else 1
        end = min((self.year or first.year + 41) + 1, date.max.year)
        while year < end:
            if self.month in (None, month):
                if self.day is not None:
                    day = self._in_month(year, month)
                    yield from [day] if day else []
                else:
                    yield from (date(year, month, number) for number in range(1, _days(year, month) + 1))
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)

    def _in_month(self, year: int, month: int) -> date | None:
        """The one day of a month that a pattern with a day means."""
        days = _days(year, month)
        if self.day is None or (self.day > days and self.day not in _FROM_THE_END):
            return None
        if self.day in _FROM_THE_END:
            day = date(year, month, days - _FROM_THE_END[self.day])
            back = 0 if self.weekday is None else (day.isoweekday() - self.weekday) % 7
            return day - timedelta(days=back)
        day = date(year, month, self.day)
        ahead = 0 if self.weekday is None else (self.weekday - day.isoweekday()) % 7
        found = day + timedelta(days=ahead)
        return found if found.month == month else None


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


@dataclass(frozen=True, slots=True)
class TimePattern:
    """A time of day; None is any. Seconds and hundredths that are any count as 0: nothing runs every second.

    Raises:
        ValueError: a field that is no hour, minute or second.
    """

    hour: int | None = 0
    minute: int | None = 0
    second: int | None = 0

    def __post_init__(self) -> None:
        CosemDateTime(None, None, None, None, self.hour, self.minute, self.second)

    @classmethod
    def from_octets(cls, raw: bytes) -> "TimePattern":
        """Read the four octets of a time; hundredths are dropped.

        Raises:
            ValueError: not four octets, or a field out of range.
        """
        if len(raw) != TIME_OCTETS:
            raise ValueError(f"a time has {TIME_OCTETS} octets, not {len(raw)}")
        return cls(*(None if octet == ANY else octet for octet in raw[:3]))

    def to_octets(self) -> bytes:
        """The four octets."""
        parts = (self.hour, self.minute, self.second)
        return bytes(ANY if part is None else part for part in parts) + b"\x00"

    def next_after(self, instant: time | None) -> time | None:
        """The first time of a day after `instant` (None: from midnight on), None where there is no more."""
        after = -1 if instant is None else instant.hour * 3600 + instant.minute * 60 + instant.second
        for hour in range(24) if self.hour is None else (self.hour,):
            for minute in range(60) if self.minute is None else (self.minute,):
                if hour * 3600 + minute * 60 + (self.second or 0) > after:
                    return time(hour, minute, self.second or 0)
        return None

    @property
    def first(self) -> time:
        """The earliest time that is meant."""
        return time(self.hour or 0, self.minute or 0, self.second or 0)


def next_moment(days: DatePattern, times: TimePattern, after: datetime) -> datetime | None:
    """The first local moment after `after` at which a time of `times` falls on a day of `days`."""
    today = times.next_after(after.time()) if days.matches(after.date()) else None
    if today is not None:
        return datetime.combine(after.date(), today)
    if after.date() == date.max:
        return None
    day = days.next_day(after.date() + timedelta(days=1))
    first = times.next_after(None)
    return None if day is None or first is None else datetime.combine(day, first)
