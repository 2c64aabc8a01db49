"""Local calendar of a microgrid: days and minutes from world seconds."""

from datetime import UTC, date, datetime, timedelta

DAY_S = 86400.0
MINUTES = 1440


class LocalCalendar:
    """Civil time of one place; no daylight saving.

    Args:
        epoch: the aware instant at which the world's clock was 0.
        utc_offset_h: of the place.

    >>> calendar = LocalCalendar(datetime(2026, 1, 1, 5, tzinfo=UTC), -5.0)
    >>> calendar.day(86400.0), calendar.minute(3600.0), calendar.date(1).isoformat()
    (1, 60, '2026-01-02')
    """

    __slots__ = ("_midnight", "offset_s")

    def __init__(self, epoch: datetime, utc_offset_h: float) -> None:
        local = epoch.astimezone(UTC) + timedelta(hours=utc_offset_h)
        # Local midnight of day 0, as if the place's clock were UTC.
        self._midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        #: Seconds of day 0 that had passed when the world began.
        self.offset_s = (local - self._midnight).total_seconds()

    def day(self, now_s: float) -> int:
        """The number of the local day, 0 for the one in which the world began."""
        return int((now_s + self.offset_s) // DAY_S)

    def minute(self, now_s: float) -> int:
        """The minute of the local day, 0 to 1439."""
        return int((now_s + self.offset_s) % DAY_S // 60.0)

    def hour(self, now_s: float) -> float:
        """The hour of the local day, with its fraction."""
        return ((now_s + self.offset_s) % DAY_S) / 3600.0

    def begin_s(self, day: int) -> float:
        """World seconds at the local midnight with which `day` begins."""
        return day * DAY_S - self.offset_s

    def date(self, day: int) -> date:
        """The date of that day."""
        return (self._midnight + timedelta(days=day)).date()
