"""The dates from which token identifiers count."""

from datetime import UTC, datetime
from enum import IntEnum


class BaseDate(IntEnum):
    """Year whose 1 January 00:00 UTC is TID 0. It belongs to the vending key, and so to the decoder key.

    Source: IEC 62055-41:2018, 6.1.10
    """

    Y1993 = 1993
    Y2014 = 2014
    Y2035 = 2035

    @property
    def code(self) -> str:
        """Two digits, as DKGA04 writes them: 93, 14 or 35."""
        return _CODES[self]

    @property
    def instant(self) -> datetime:
        """The instant of TID 0."""
        return datetime(self.value, 1, 1, tzinfo=UTC)

    def following(self) -> "BaseDate":
        """The base date that a rollover (RO = 1) leads to; the last one leads to itself.

        A key change says *that* the base date changes, not to which: a meter takes the next one.
        """
        later = [date for date in BaseDate if date > self]
        return min(later, default=self)


_CODES = {date: f"{date.value % 100:02d}" for date in BaseDate}
