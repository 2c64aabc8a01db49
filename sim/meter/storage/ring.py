"""A ring of numbered rows that is kept cell by cell: a new row costs one small write, not the whole ring.

Rows are packed into one array of 64-bit integers that grows with them, so that a thousand meters with a week
of profile fit into one process.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import overload

#: A row and its number in front: the content of one cell. A cell that was emptied has only the number.
Cell = list[int]


class Rows(Sequence[tuple[int, ...]]):
    """The rows of a ring, oldest first, made when they are looked at."""

    __slots__ = ("_ring",)

    def __init__(self, ring: "Ring") -> None:
        self._ring = ring

    def __len__(self) -> int:
        return len(self._ring)

    @overload
    def __getitem__(self, index: int) -> tuple[int, ...]: ...
    @overload
    def __getitem__(self, index: slice) -> "list[tuple[int, ...]]": ...
    def __getitem__(self, index: int | slice) -> "tuple[int, ...] | list[tuple[int, ...]]":
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        size = len(self)
        if not -size <= index < size:
            raise IndexError(index)
        return self._ring.row(index % size)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (self._ring.row(index) for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class Ring:
    """The last `capacity` rows, oldest first; all rows are of the width of the first one.

    Args:
        capacity: 1 or more.

    Raises:
        ValueError: the capacity is below 1.
    """

    __slots__ = ("_capacity", "_first", "_last", "_packed", "_unsaved", "_width")

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"a ring holds one row or more, not {capacity}")
        self._capacity = capacity
        self._packed = array("q")
        self._width = 0
        self._first = 1  # number of the oldest row
        self._last = 0
        self._unsaved: dict[int, int] = {}  # place -> number of its row

    def __len__(self) -> int:
        return self._last - self._first + 1

    @property
    def capacity(self) -> int:
        """Rows that can be held."""
        return self._capacity

    @property
    def rows(self) -> Rows:
        """The rows that are held, without their numbers: a view that follows the ring."""
        return Rows(self)

    @property
    def newest(self) -> tuple[int, ...] | None:
        """The last row, without its number; None in an empty ring."""
        return self._of(self._last) if len(self) else None

    def row(self, index: int) -> tuple[int, ...]:
        """The row that is the `index`-th oldest, from 0."""
        return self._of(self._first + index)

    def append(self, *row: int) -> None:
        """Add a row; the oldest falls out of a full ring.

        Raises:
            ValueError: another width than that of the rows before.
        """
        self._width = self._width or len(row)
        if len(row) != self._width:
            raise ValueError(f"rows of this ring have {self._width} numbers, not {len(row)}")
        self._last += 1
        self._first = max(self._first, self._last - self._capacity + 1)
        place = self._last % self._capacity
        self._store(place, row)
        self._unsaved[place] = self._last

    def clear(self) -> None:
        """Empty every cell. Numbers go on, and the next row may have another width."""
        numbers = range(self._first, self._last + 1)
        self._unsaved |= {number % self._capacity: -number for number in numbers}
        self._first = self._last + 1
        self._packed = array("q")
        self._width = 0

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each cell that changed since this was last called."""
        if not self._unsaved:
            return {}
        unsaved, self._unsaved = self._unsaved, {}
        return {place: self._cell(number) for place, number in unsaved.items()}

    def snapshot(self) -> list[Cell]:
        """Every cell, as plain data."""
        return [self._cell(number) for number in range(self._first, self._last + 1)]

    def restore(self, cells: Iterable[Sequence[int]]) -> None:
        """Take up cells in any order; one with only a number is empty. All of them count as unsaved."""
        kept = sorted(list(cell) for cell in cells)
        self._last = kept[-1][0] if kept else 0
        filled = [cell for cell in kept if cell[1:] and cell[0] > self._last - self._capacity]
        self._first = filled[0][0] if filled else self._last + 1
        self._packed = array("q")
        self._width = len(filled[-1]) - 1 if filled else 0
        for number, *row in filled:
            self._store(number % self._capacity, row)
        self._unsaved = {cell[0] % self._capacity: cell[0] for cell in filled}

    def _of(self, number: int) -> tuple[int, ...]:
        begin = number % self._capacity * self._width
        return tuple(self._packed[begin : begin + self._width])

    def _cell(self, number: int) -> Cell:
        return [number, *self._of(number)] if number > 0 else [-number]

    def _store(self, place: int, row: Sequence[int]) -> None:
        begin = place * self._width
        missing = begin + self._width - len(self._packed)
        if missing == self._width:
            self._packed.extend(row)
            return
        if missing > 0:
            self._packed.extend([0] * missing)
        self._packed[begin : begin + self._width] = array("q", row)


def snapshot_of(rings: Mapping[str, Ring]) -> dict[str, list[Cell]]:
    """The cells of each ring, by its name."""
    return {name: ring.snapshot() for name, ring in rings.items()}


def restore_into(rings: Mapping[str, Ring], kept: Mapping[str, Iterable[Sequence[int]]]) -> None:
    """Give each ring the cells that were kept under its name; none where none were."""
    for name, ring in rings.items():
        ring.restore(kept.get(name, ()))
