"""TID: when a token was made, in whole minutes since a base date; it is what makes a token single-use."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from protocols.sts.errors import StsValueError
from protocols.sts.identity.base_date import BaseDate

TID_MAX = (1 << 24) - 1
MINUTES_PER_DAY = 1440

RESERVED_MINUTE = 1
"""SpecialReservedTokenIdentifier, 00:01 of every day (IEC 62055-41, 6.3.5.2): ordinary tokens skip it."""


@dataclass(frozen=True, slots=True)
class TokenIdentifier:
    """A 24-bit count of minutes together with the base date that it counts from.

    Args:
        tid: 0 to 2^24-1 minutes (31.9 years).
        base_date: instant of TID 0.

    Source: IEC 62055-41, 6.3.5
    """

    tid: int
    base_date: BaseDate

    def __post_init__(self) -> None:
        if not 0 <= self.tid <= TID_MAX:
            raise StsValueError(f"a TID is 0 to {TID_MAX}, not {self.tid}")

    @classmethod
    def at(cls, instant: datetime, base_date: BaseDate) -> "TokenIdentifier":
        """Return the TID of an ordinary token made at `instant` (UTC; a naive instant is taken as UTC).

        Seconds are dropped; the reserved minute 00:01 becomes 00:02.

        Raises:
            StsValueError: before the base date, or 2^24 minutes or more after it.
        """
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        tid = (instant - base_date.instant) // timedelta(minutes=1)
        if not 0 <= tid <= TID_MAX:
            raise StsValueError(
                f"{instant.isoformat()} lies outside the 24-bit TID of base date {base_date.value}"
            )
        return cls(tid + (tid % MINUTES_PER_DAY == RESERVED_MINUTE), base_date)

    @property
    def instant(self) -> datetime:
        """The minute that the TID names, UTC."""
        return self.base_date.instant + timedelta(minutes=self.tid)

    @property
    def is_reserved(self) -> bool:
        """Tell whether this is the reserved minute 00:01."""
        return self.tid % MINUTES_PER_DAY == RESERVED_MINUTE
