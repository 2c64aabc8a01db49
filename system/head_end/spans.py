"""Times as sets of spans: sorted pairs ``(after, to)`` in s since 1970, each from after `after` up to `to`.

Pure functions; what they give never overlaps nor touches.

>>> add([(0, 10)], (10, 20))
[(0, 20)]
>>> missing([(0, 10), (15, 20)], (0, 30))
[(10, 15), (20, 30)]
"""

from collections.abc import Iterable, Sequence

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
    """What of `within` no span holds."""
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
    """What of the spans lies within."""
    low, high = int(within[0]), int(within[1])
    cut = ((max(after, low), min(to, high)) for after, to in union(spans))
    return [span for span in cut if span[0] < span[1]]


def holds(spans: Iterable[Sequence[int]], instant: int) -> bool:
    """Whether an instant lies in one of the spans."""
    return any(span[0] < instant <= span[1] for span in spans)
