"""Dialect of a database for reading values: the interface, and the one for any database that Django knows."""

from collections.abc import Sequence
from typing import Protocol

from system.head_end.models import ReadingValue

#: A value: series, end of its interval (s since 1970), raw value, quality.
Value = tuple[int, int, int, int]
Key = tuple[int, int]
#: A span of a series: series, first, last; both ends included.
SeriesSpan = tuple[int, int, int]


class Dialect(Protocol):
    """Interface of a dialect, which takes many values and finds them again, in the caller's transaction."""

    def insert_new(self, values: Sequence[Value]) -> None:
        """Write values that are new.

        Raises:
            django.db.IntegrityError: one is there already, or comes twice; nothing of them may be kept then.
        """

    def insert_missing(self, values: Sequence[Value]) -> None:
        """Write those that are not there yet."""

    def within(self, asked: Sequence[SeriesSpan]) -> list[tuple[int, int, int]]:
        """(series, end, raw value) of all that is there within spans of series."""

    def beside(self, asked: Sequence[SeriesSpan]) -> list[tuple[int, int | None, int | None]]:
        """(series, raw value before, raw value after) of each span; None where there is none."""


_INSERT_MANY = 400


def insert_new(values: Sequence[Value]) -> None:
    """Write values that are new; see `Way`."""
    ReadingValue.objects.bulk_create(
        [ReadingValue(series_id=s, ends_at_s=at, value=v, quality=q) for s, at, v, q in values],
        batch_size=_INSERT_MANY,
    )


def insert_missing(values: Sequence[Value]) -> None:
    """Write those that are not there yet."""
    spans = [(series, at, at) for series, at, _, _ in values]
    there: set[Key] = {(series, at) for series, at, _ in within(spans)}
    fresh: dict[Key, Value] = {}
    for value in values:
        if value[:2] not in there:
            fresh.setdefault(value[:2], value)
    insert_new(list(fresh.values()))


def within(asked: Sequence[SeriesSpan]) -> list[tuple[int, int, int]]:
    """Values that are there within spans of series; see `Dialect`."""
    return [
        row
        for series, first, last in asked
        for row in ReadingValue.objects.filter(series_id=series, ends_at_s__range=(first, last)).values_list(
            "series_id", "ends_at_s", "value"
        )
    ]


def beside(asked: Sequence[SeriesSpan]) -> list[tuple[int, int | None, int | None]]:
    """The values before and after spans; see `Way`."""
    out: list[tuple[int, int | None, int | None]] = []
    for series, first, last in asked:
        values = ReadingValue.objects.filter(series_id=series).values_list("value", flat=True)
        before = values.filter(ends_at_s__lt=first).order_by("-ends_at_s").first()
        after = values.filter(ends_at_s__gt=last).order_by("ends_at_s").first()
        out.append((series, before, after))
    return out
