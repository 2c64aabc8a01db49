"""A ring of captured rows: load profile, daily values, billing periods, each one of these.

Rows hold integers only; what a column captures and how it travels is the business of `sim.meter.cosem`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sim.meter.ring import Cell, Ring

#: A captured attribute: class-id, logical name (six octets), attribute, element (0 = all of it).
ColumnKey = tuple[int, bytes, int, int]
#: What a column holds where there was no value.
NO_VALUE = -(2**63)


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """The shape of the ring.

    Args:
        name: what the meter calls it.
        period_s: a row on every multiple of it in local time; 0 where rows come by event.
        entries: most rows that are held.
        columns: what a row captures.
    """

    name: str
    period_s: int
    entries: int
    columns: tuple[ColumnKey, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One capture; the instant is the *end* of its interval."""

    epoch_us: int
    values: tuple[int, ...]


class ProfileRows(Sequence[ProfileRow]):
    """The rows of a ring, made when they are looked at."""

    __slots__ = ("_ring",)

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def __len__(self) -> int:
        return len(self._ring)

    @overload
    def __getitem__(self, index: int) -> ProfileRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[ProfileRow]: ...
    def __getitem__(self, index: int | slice) -> ProfileRow | list[ProfileRow]:
        if isinstance(index, slice):
            return [_row(row) for row in self._ring.rows[index]]
        return _row(self._ring.rows[index])

    def __iter__(self) -> Iterator[ProfileRow]:
        return map(_row, self._ring.rows)


def _row(row: tuple[int, ...]) -> ProfileRow:
    return ProfileRow(row[0], row[1:])


class LoadProfile:
    """The rows that are still held, oldest first.

    Args:
        terms: period, size and columns at the factory.
    """

    __slots__ = ("_ring", "columns", "kinds", "period_s", "terms")

    def __init__(self, terms: ProfileTerms) -> None:
        self.terms = terms
        self.columns = terms.columns
        self.period_s = terms.period_s
        #: How each column's numbers are to be read, by `sim.meter.cosem.cells`; 0 where no row said it yet.
        self.kinds: tuple[int, ...] = (0,) * len(terms.columns)
        self._ring = Ring(terms.entries)

    @property
    def rows(self) -> ProfileRows:
        """Every row still held, oldest first: a view that follows the ring."""
        return ProfileRows(self._ring)

    @property
    def entries_in_use(self) -> int:
        """How many rows are held."""
        return len(self._ring)

    @property
    def ring(self) -> Ring:
        """The ring, to be kept cell by cell."""
        return self._ring

    def capture(self, epoch_us: int, values: Sequence[int], kinds: Sequence[int] = ()) -> None:
        """Add a row; the oldest falls out of a full ring.

        Args:
            epoch_us: the end of the interval.
            values: one for each column.
            kinds: how each is to be read; 0 for what has no value now. A column that changes its kind
                empties the profile: its older numbers could not be read any more.
        """
        kinds = tuple(kinds) or (0,) * len(values)
        if kinds == self.kinds:
            self._ring.append(epoch_us, *values)
            return
        known = self.kinds if len(self.kinds) == len(kinds) else (0,) * len(kinds)
        if any(new and old and new != old for new, old in zip(kinds, known, strict=True)):
            self.reset()
        self.kinds = tuple(new or old for new, old in zip(kinds, known, strict=True))
        self._ring.append(epoch_us, *values)

    def reset(self) -> None:
        """Forget every row."""
        self._ring.clear()

    def change(self, *, columns: tuple[ColumnKey, ...] | None = None, period_s: int | None = None) -> None:
        """Capture something else, or at another period, from now on. The rows are forgotten."""
        self.reset()
        if columns is not None:
            self.columns, self.kinds = columns, (0,) * len(columns)
        if period_s is not None:
            self.period_s = period_s

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each row that is new since this was last called."""
        return self._ring.take_unsaved()

    @property
    def shape(self) -> list[Any]:
        """Columns, kinds and period, as plain data."""
        if self.columns == self.terms.columns:
            return [None, list(self.kinds), self.period_s]
        columns = [[class_id, name.hex(), *rest] for class_id, name, *rest in self.columns]
        return [columns, list(self.kinds), self.period_s]

    def reshape(self, shape: Sequence[Any]) -> None:
        """Take up a shape that was kept; None stands for the columns of the factory."""
        columns, kinds, self.period_s = shape
        self.kinds = tuple(kinds)
        self.columns = (
            self.terms.columns
            if columns is None
            else tuple((class_id, bytes.fromhex(name), *rest) for class_id, name, *rest in columns)
        )
