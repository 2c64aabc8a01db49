"""The grid of a profile: rows end at whole periods of the local day (America/Bogota, UTC-5)."""

from datetime import UTC, datetime

#: Midnight of Bogota is 05:00 UTC; there is no daylight saving.
DAY_OFFSET_S = 5 * 3600
DAY_S = 86_400


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970 of an aware instant."""
    return int(instant.timestamp())


def instant(seconds_: int) -> datetime:
    """The instant in UTC."""
    return datetime.fromtimestamp(seconds_, UTC)


def floor(at_s: int, period_s: int) -> int:
    """The last end of a period at or before an instant, s since 1970; itself where there is no period.

    >>> floor(5 * 3600 + 86_400 + 7, 86_400) == 5 * 3600 + 86_400
    True
    """
    return at_s if period_s <= 0 else (at_s - DAY_OFFSET_S) // period_s * period_s + DAY_OFFSET_S


def grid(after_s: int, to_s: int, period_s: int) -> range:
    """Every end of a period after `after_s` up to and including `to_s`."""
    return range(floor(after_s, period_s) + period_s, to_s + 1, period_s)


def last_run(now_s: int, at_s: int, every_s: int) -> int:
    """The last time up to now that a plan was due: `at_s` after local midnight, then every `every_s`.

    >>> last_run(5 * 3600 + 1800, 1800, 86_400) == 5 * 3600 + 1800
    True
    """
    return (now_s - DAY_OFFSET_S - at_s) // every_s * every_s + DAY_OFFSET_S + at_s


def obis_of(text: str) -> str:
    """An OBIS code in five groups; the sixth stays only where it says something.

    >>> obis_of("1.0.1.8.0.255")
    '1.0.1.8.0'
    """
    return text.strip().removesuffix(".255")
