"""What is stored, and what a way of storing can do."""

from collections.abc import Sequence
from typing import Protocol

#: A value: series, end of its interval (s since 1970), raw value, quality.
Value = tuple[int, int, int, int]
Key = tuple[int, int]
#: A span of a series: series, first, last; both ends included.
SeriesSpan = tuple[int, int, int]


class Way(Protocol):
    """How one kind of database takes many values and finds them again; within the caller's transaction."""

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
