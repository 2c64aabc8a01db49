"""Friendly hours: spans of local time in which nobody is disconnected for want of credit.

They keep a closed switch closed; they do not close an open one. What is used meanwhile is owed.
"""

from dataclasses import dataclass

from sim.meter.units import S_PER_DAY, US_PER_S

_MINUTE_US = 60 * US_PER_S
_DAY_MIN = S_PER_DAY // 60
_DAYS_OF_WEEK = 7
_THURSDAY = 3  # 1970-01-01


@dataclass(frozen=True, slots=True)
class Window:
    """One span, from `begin_min` to before `end_min` after local midnight; it may run over midnight.

    Args:
        begin_min: 0 to 1439.
        end_min: 0 to 1439; equal to `begin_min` for the whole day.
        days: weekdays on which it begins, Monday is 0.
    """

    begin_min: int
    end_min: int
    days: frozenset[int] = frozenset(range(_DAYS_OF_WEEK))

    def __post_init__(self) -> None:
        if not (0 <= self.begin_min < _DAY_MIN and 0 <= self.end_min < _DAY_MIN):
            raise ValueError("a window begins and ends between 00:00 and 23:59")

    @classmethod
    def parse(cls, begin: str, end: str, days: tuple[int, ...] | None = None) -> "Window":
        """From ``"20:00"`` and ``"06:00"``.

        Raises:
            ValueError: not a time of day.
        """
        every = frozenset(range(_DAYS_OF_WEEK))
        return cls(_minute(begin), _minute(end), every if days is None else frozenset(days))

    def covers(self, day: int, minute: int) -> bool:
        """Whether it covers a minute of a day; days count from 1970-01-01."""
        length = (self.end_min - self.begin_min) % _DAY_MIN or _DAY_MIN
        begins = ((day, minute - self.begin_min), (day - 1, minute + _DAY_MIN - self.begin_min))
        return any(_weekday(began) in self.days and 0 <= since < length for began, since in begins)


@dataclass(frozen=True, slots=True)
class FriendlyHours:
    """All the windows of one meter.

    Args:
        windows: none for a meter that is never friendly.
        deviation_minutes: from local time to UTC.
    """

    windows: tuple[Window, ...] = ()
    deviation_minutes: int = 0

    def hold(self, epoch_us: int) -> bool:
        """Whether it is a friendly hour, by the meter's clock."""
        if not self.windows:
            return False
        day, minute = divmod(self._local_min(epoch_us), _DAY_MIN)
        return any(window.covers(day, minute) for window in self.windows)

    def next_change_us(self, epoch_us: int) -> int | None:
        """The next instant at which a window may begin or end; None where there is no window."""
        if not self.windows:
            return None
        today = self._local_min(epoch_us) // _DAY_MIN
        edges = {edge for window in self.windows for edge in (window.begin_min, window.end_min)}
        instants = (
            ((day * _DAY_MIN + edge) + self.deviation_minutes) * _MINUTE_US
            for day in (today, today + 1)
            for edge in edges
        )
        return min(instant for instant in instants if instant > epoch_us)

    def _local_min(self, epoch_us: int) -> int:
        return epoch_us // _MINUTE_US - self.deviation_minutes


def _weekday(day: int) -> int:
    return (day + _THURSDAY) % _DAYS_OF_WEEK


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
