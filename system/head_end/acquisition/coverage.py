"""What is left of a gap once some of its rows came another way.

>>> from datetime import UTC
>>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
>>> quarter = timedelta(minutes=15)
>>> still_open(noon, noon + 4 * quarter, {noon + quarter, noon + 2 * quarter}, 900) == (noon + 2 * quarter,
...     noon + 4 * quarter)
True
>>> still_open(noon, noon + quarter, {noon + quarter}, 900) is None
True
"""

from collections.abc import Collection
from datetime import datetime, timedelta


def still_open(
    after: datetime, to: datetime, instants: Collection[datetime], period_s: int
) -> tuple[datetime, datetime] | None:
    """From behind which instant to which one rows are still missing; None where none are.

    Args:
        after: where the gap begins; its rows lie behind.
        to: up to where they lie.
        instants: of the rows that came.
        period_s: of the profile; 0: nobody knows how many rows there should be, so all stays open.
    """
    if period_s <= 0:
        return after, to
    period = timedelta(seconds=period_s)
    within = sorted(instant for instant in instants if after < instant <= to)
    holes: list[tuple[datetime, datetime]] = []
    last = after
    for instant in (*within, to):
        # behind the last row only a whole period is a hole: the rest of one has no row yet
        if instant - last > period or (instant == to and instant not in within and instant - last >= period):
            holes.append((last, instant))
        last = instant
    return (holes[0][0], holes[-1][1]) if holes else None
