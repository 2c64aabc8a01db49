"""Any database that Django knows, slowly."""

from collections.abc import Sequence

from system.head_end.models import ReadingValue
from system.head_end.storing.shapes import Key, SeriesSpan, Value

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
    """What is there within spans of series; see `Way`."""
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
