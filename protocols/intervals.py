"""Interval arithmetic: the grid of a load profile, and times as sets of spans.

Rows end at whole periods of the local day. Spans are sorted pairs ``(after, to)`` in s since 1970, each from
after `after` up to `to`; the results never overlap nor touch. Concentrator and head-end reckon gaps with it.

>>> add([(0, 10)], (10, 20))
[(0, 20)]
>>> missing([(0, 10), (15, 20)], (0, 30))
[(10, 15), (20, 30)]
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

#: Local midnight where no other offset is given, s after midnight of UTC: Bogotá, without daylight saving.
DAY_OFFSET_S = 5 * 3600
DAY_S = 86_400


def seconds(instant: datetime) -> int:
    """Whole seconds since 1970 of an aware instant."""
    return int(instant.timestamp())


def instant(seconds_: int) -> datetime:
    """The instant in UTC."""
    return datetime.fromtimestamp(seconds_, UTC)


def floor(at_s: int, period_s: int, day_offset_s: int = DAY_OFFSET_S) -> int:
    """The last end of a period at or before an instant, s since 1970; itself where there is no period.

    >>> floor(5 * 3600 + 86_400 + 7, 86_400) == 5 * 3600 + 86_400
    True
    """
    return at_s if period_s <= 0 else (at_s - day_offset_s) // period_s * period_s + day_offset_s


def grid(after_s: int, to_s: int, period_s: int, day_offset_s: int = DAY_OFFSET_S) -> range:
    """Every end of a period after `after_s` up to and including `to_s`."""
    return range(floor(after_s, period_s, day_offset_s) + period_s, to_s + 1, period_s)


def last_run(now_s: float, at_s: int, every_s: int, day_offset_s: int = DAY_OFFSET_S) -> int:
    """The last time up to now that a plan was due: `at_s` after local midnight, then every `every_s`.

    >>> last_run(5 * 3600 + 1800, 1800, 86_400) == 5 * 3600 + 1800
    True
    """
    return int((now_s - day_offset_s - at_s) // every_s) * every_s + day_offset_s + at_s


Span = tuple[int, int]


def union(spans: Iterable[Sequence[int]]) -> list[Span]:
    """The spans, sorted and joined; empty ones vanish."""
    out: list[Span] = []
    for after, to in sorted((int(span[0]), int(span[1])) for span in spans):
        if after >= to:
            continue
        if out and after <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], to))
        else:
            out.append((after, to))
    return out


def add(spans: Iterable[Sequence[int]], *more: Sequence[int]) -> list[Span]:
    """The spans and some more."""
    return union([*spans, *more])


def missing(spans: Iterable[Sequence[int]], within: Sequence[int]) -> list[Span]:
    """Parts of `within` that no span holds."""
    low, high = int(within[0]), int(within[1])
    out: list[Span] = []
    for after, to in union(spans):
        if to <= low:
            continue
        if after >= high:
            break
        if after > low:
            out.append((low, after))
        low = max(low, to)
    if low < high:
        out.append((low, high))
    return out


def subtract(spans: Iterable[Sequence[int]], away: Iterable[Sequence[int]]) -> list[Span]:
    """The spans without what `away` holds."""
    gone = union(away)
    return [piece for span in union(spans) for piece in missing(gone, span)]


def clip(spans: Iterable[Sequence[int]], within: Sequence[int]) -> list[Span]:
    """Parts of the spans that lie within."""
    low, high = int(within[0]), int(within[1])
    cut = ((max(after, low), min(to, high)) for after, to in union(spans))
    return [span for span in cut if span[0] < span[1]]


def holds(spans: Iterable[Sequence[int]], instant: int) -> bool:
    """True where an instant lies in one of the spans."""
    return any(span[0] < instant <= span[1] for span in spans)
