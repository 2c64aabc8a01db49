"""Answers that were given up waiting for and may still come: on a slow wire no sign of a second meter."""

from collections import deque

#: So long after it was given up an answer may still come, s: PRIME repeats a segment for minutes.
LATE_S = 300.0

Lane = tuple[bytes, int]


class LateAnswers:
    """What the meters of one wire still owe, by modem and client address."""

    __slots__ = ("_owed",)

    def __init__(self) -> None:
        #: when each was given up, the oldest first
        self._owed: dict[Lane, deque[float]] = {}

    def forget(self) -> None:
        """The power went."""
        self._owed.clear()

    def given_up(self, lane: Lane, count: int, now_s: float) -> None:
        """Nobody waits any more for `count` answers."""
        owed = self._fresh(lane, now_s)  # of a meter that never answers there are no more than of `LATE_S`
        if count:
            owed.extend([now_s] * count)
            self._owed[lane] = owed

    def came(self, lane: Lane, count: int, now_s: float) -> int:
        """`count` answers came beyond those that were waited for; how many of them nobody ever asked for."""
        owed = self._fresh(lane, now_s)
        while count and owed:
            owed.popleft()
            count -= 1
        return count

    def may_come(self, eui48: bytes, now_s: float) -> bool:
        """Whether something may still come from behind a modem."""
        return any(self._fresh(lane, now_s) for lane in list(self._owed) if lane[0] == eui48)

    def _fresh(self, lane: Lane, now_s: float) -> deque[float]:
        owed = self._owed.get(lane, deque())
        while owed and now_s - owed[0] > LATE_S:
            owed.popleft()
        if not owed:
            self._owed.pop(lane, None)
        return owed
