"""Which TIDs a meter has been given, so that it is never given one twice."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from protocols.sts.identity import TID_MAX, TokenIdentifier

REMEMBERED = 50
"""TIDs kept a meter: as many as the meter itself keeps. Older ones it would refuse anyway."""

LEAD_MINUTES = 60
"""How far ahead of the clock a TID may run when a meter buys several tokens in one minute.

It is a constant of the design, not a setting: every TID ever minted by time t is at most t + LEAD_MINUTES,
and that is what the restore rule rests on (`system.security_module.state`).
"""

SLOT_LEAD_MINUTES = 240
"""How far ahead of the clock the TID of an off-line terminal may run: it has one minute in sixteen."""


class TidMemory:
    """The last `REMEMBERED` TIDs of one meter under one base date.

    Args:
        recent: TIDs already given.
    """

    __slots__ = ("_recent",)

    def __init__(self, recent: Iterable[int] = ()) -> None:
        self._recent = sorted(recent)[-REMEMBERED:]

    @property
    def recent(self) -> tuple[int, ...]:
        """The TIDs, ascending."""
        return tuple(self._recent)

    def next_free(self, now: TokenIdentifier, floor: int, step: int = 1) -> int | None:
        """Return the first TID at or after `now` and above `floor` that was not given, or None.

        None means that the next free minute is more than `LEAD_MINUTES` ahead. The reserved minute 00:01 is
        passed over, and so is all that lies before a full memory: what was given there is forgotten, and the
        meter would refuse it as old.

        Args:
            now: the clock under the base date.
            floor: the highest TID that may not be taken.
            step: 1, or `SLOTS` while off-line terminals have the other minutes: only multiples are taken.
        """
        oldest = self._recent[0] if len(self._recent) == REMEMBERED else -1
        tid = max(now.tid, floor + 1, oldest + 1)
        tid += -tid % step
        last = min(now.tid + LEAD_MINUTES, TID_MAX)
        while tid <= last:
            if not self._given(tid) and not TokenIdentifier(tid, now.base_date).is_reserved:
                return tid
            tid += step
        return None

    def add(self, tid: int) -> None:
        """Remember that `tid` was given."""
        if not self._given(tid):
            insort(self._recent, tid)
            del self._recent[:-REMEMBERED]

    def _given(self, tid: int) -> bool:
        place = bisect_left(self._recent, tid)
        return place < len(self._recent) and self._recent[place] == tid
