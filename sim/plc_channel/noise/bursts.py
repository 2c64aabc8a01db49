"""Long bursts of noise: when they begin and end, the same whoever asks first."""

import math
from bisect import bisect_right

from numpy.random import Generator


class Bursts:
    """A Poisson process of intervals that do not overlap.

    Args:
        rng: a stream of its own.
        per_h: bursts in an hour of quiet; 0 for none.
        length_s_max: their length is uniform from 0 to this.
    """

    __slots__ = ("_begins_s", "_ends_s", "_length_s_max", "_pause_s", "_rng")

    def __init__(self, rng: Generator, per_h: float, length_s_max: float) -> None:
        self._rng = rng
        self._pause_s = 3600.0 / per_h if per_h > 0 else math.inf
        self._length_s_max = length_s_max
        self._begins_s: list[float] = []
        self._ends_s: list[float] = []

    def next_edge_s(self, now_s: float) -> float:
        """The first begin or end after `now_s`; inf for none."""
        self._reach(now_s)
        if not self._begins_s:
            return math.inf
        index = bisect_right(self._begins_s, now_s)
        if index and now_s < self._ends_s[index - 1]:
            return self._ends_s[index - 1]
        return self._begins_s[index]

    def overlap(self, begin_s: float, end_s: float) -> bool:
        """Whether any falls into the interval."""
        return self.active(begin_s) or self.next_edge_s(begin_s) < end_s

    def active(self, now_s: float) -> bool:
        """Whether there is one at this instant."""
        self._reach(now_s)
        index = bisect_right(self._begins_s, now_s)
        return bool(index) and now_s < self._ends_s[index - 1]

    def _reach(self, now_s: float) -> None:
        """Draw bursts until one begins after `now_s`."""
        if self._pause_s == math.inf:
            return
        while not self._begins_s or self._begins_s[-1] <= now_s:
            last_s = self._ends_s[-1] if self._ends_s else 0.0
            begin_s = last_s + float(self._rng.exponential(self._pause_s))
            self._begins_s.append(begin_s)
            self._ends_s.append(begin_s + float(self._rng.uniform(0.0, self._length_s_max)))
