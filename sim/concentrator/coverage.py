"""For which times a profile of a meter has been fetched, and for which it has not: ranges of seconds.

A range runs from behind its first second to its last one. What a successful read asked for is covered up to
its last row, whatever rows were there; so nothing is fetched twice, and a meter's own holes are not asked for
again and again.

>>> covered = Coverage()
>>> covered.add(0, 900); covered.add(1800, 2700)
>>> covered.gaps(0, 3600)
[(900, 1800), (2700, 3600)]
"""

from bisect import bisect_left
from typing import Any

Range = tuple[int, int]


class Coverage:
    """Of one profile of one meter.

    Attributes:
        lost: ranges that were fetched, and evicted before the head-end had them.
        at_end: rows fetched that bear the last covered second; of logs, where more may follow in it.
    """

    __slots__ = ("_ranges", "at_end", "lost")

    def __init__(self) -> None:
        self._ranges: list[Range] = []
        self.lost: list[Range] = []
        self.at_end = 0

    @property
    def ranges(self) -> tuple[Range, ...]:
        """What is covered, in order."""
        return tuple(self._ranges)

    @property
    def end_s(self) -> int | None:
        """The last covered second; None where nothing is."""
        return self._ranges[-1][1] if self._ranges else None

    def add(self, after_s: int, through_s: int) -> None:
        """Cover what lies behind `after_s`, up to and with `through_s`."""
        if through_s <= after_s:
            return
        kept: list[Range] = []
        for begin_s, end_s in self._ranges:
            if end_s < after_s or begin_s > through_s:
                kept.append((begin_s, end_s))
            else:
                after_s, through_s = min(after_s, begin_s), max(through_s, end_s)
        kept.insert(bisect_left(kept, (after_s, through_s)), (after_s, through_s))
        self._ranges = kept

    def remove(self, after_s: int, through_s: int) -> None:
        """Cover it no longer."""
        kept: list[Range] = []
        for begin_s, end_s in self._ranges:
            pieces = (begin_s, min(end_s, after_s)), (max(begin_s, through_s), end_s)
            kept.extend(piece for piece in pieces if piece[0] < piece[1])
        self._ranges = kept

    def lose(self, after_s: int, through_s: int) -> None:
        """Fetched, and evicted unread: to be fetched again once there is room."""
        self.lost.append((after_s, through_s))

    def reopen(self) -> bool:
        """Make gaps of what was lost; whether there was any."""
        lost, self.lost = self.lost, []
        for piece in lost:
            self.remove(*piece)
        return bool(lost)

    def gaps(self, after_s: int, through_s: int) -> list[Range]:
        """What is not covered of a range, in order."""
        found: list[Range] = []
        at_s = after_s
        for begin_s, end_s in self._ranges:
            if end_s <= at_s:
                continue
            if begin_s >= through_s:
                break
            if begin_s > at_s:
                found.append((at_s, begin_s))
            at_s = max(at_s, end_s)
        if at_s < through_s:
            found.append((at_s, through_s))
        return found

    def covers(self, instant_s: int) -> bool:
        """Whether an instant is covered."""
        return any(begin_s < instant_s <= end_s for begin_s, end_s in self._ranges)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"ranges": self._ranges, "lost": self.lost, "at_end": self.at_end}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Coverage":
        """As it was kept."""
        coverage = cls()
        coverage._ranges = [(begin_s, end_s) for begin_s, end_s in kept["ranges"]]
        coverage.lost = [(begin_s, end_s) for begin_s, end_s in kept["lost"]]
        coverage.at_end = kept["at_end"]
        return coverage
