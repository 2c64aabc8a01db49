"""A ring of numbered rows that is kept cell by cell: a new row costs one small write, not the whole ring."""

from collections import deque
from collections.abc import Iterable, Sequence

#: A row and its number in front: the content of one cell.
Cell = list[int]


class Ring:
    """The last `capacity` rows, oldest first.

    Args:
        capacity: 1 or more.
    """

    __slots__ = ("_cells", "_last", "_unsaved")

    def __init__(self, capacity: int) -> None:
        self._cells: deque[Cell] = deque(maxlen=capacity)
        self._last = 0
        self._unsaved: dict[int, Cell] = {}

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def capacity(self) -> int:
        """Rows that can be held."""
        return self._cells.maxlen or 0

    @property
    def rows(self) -> tuple[Sequence[int], ...]:
        """The rows that are held, without their numbers."""
        return tuple(cell[1:] for cell in self._cells)

    @property
    def newest(self) -> Sequence[int] | None:
        """The last row, without its number; None in an empty ring."""
        return self._cells[-1][1:] if self._cells else None

    def append(self, *row: int) -> None:
        """Add a row; the oldest falls out of a full ring."""
        self._last += 1
        cell = [self._last, *row]
        self._cells.append(cell)
        self._unsaved[self._last % self.capacity] = cell

    def clear(self) -> None:
        """Empty every cell. Numbers go on."""
        self._unsaved |= {cell[0] % self.capacity: [cell[0]] for cell in self._cells}
        self._cells.clear()

    def take_unsaved(self) -> dict[int, Cell]:
        """Place -> content of each cell that changed since this was last called."""
        unsaved, self._unsaved = self._unsaved, {}
        return unsaved

    def snapshot(self) -> list[Cell]:
        """Every cell, as plain data."""
        return [list(cell) for cell in self._cells]

    def restore(self, cells: Iterable[Sequence[int]]) -> None:
        """Take up cells in any order; one with only a number is empty. All of them count as unsaved."""
        kept = sorted(list(cell) for cell in cells)
        self._last = kept[-1][0] if kept else 0
        filled = [cell for cell in kept if cell[1:] and cell[0] > self._last - self.capacity]
        self._cells.clear()
        self._cells.extend(filled)
        self._unsaved = {cell[0] % self.capacity: cell for cell in filled}
