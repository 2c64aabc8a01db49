"""The memory of used token identifiers, which makes a token single-use."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from protocols.sts.acceptance.results import ValidationResult
from protocols.sts.errors import StsValueError

TID_STORE_CAPACITY = 50
"""At least 50, by domain memory [M]; one vending module's list is as long."""


class TidStore:
    """The highest TIDs accepted so far, zeros at first; each new one displaces the smallest.

    A token older than others but newer than the smallest is still good once: tokens may be entered out of
    order.

    Args:
        capacity: how many TIDs are kept.

    Source: IEC 62055-41, 7.3.7
    """

    __slots__ = ("_tids",)

    def __init__(self, capacity: int = TID_STORE_CAPACITY) -> None:
        if capacity < 1:
            raise StsValueError(f"a TID store holds at least one TID, not {capacity}")
        self._tids = [0] * capacity

    @property
    def capacity(self) -> int:
        """How many TIDs are kept."""
        return len(self._tids)

    def check(self, tid: int) -> ValidationResult:
        """Say whether a TID is older than all that are kept, used, or good. Changes nothing."""
        if tid < self._tids[0]:
            return ValidationResult.OLD_ERROR
        place = bisect_left(self._tids, tid)
        if place < len(self._tids) and self._tids[place] == tid:
            return ValidationResult.USED_ERROR
        return ValidationResult.VALID

    def add(self, tid: int) -> None:
        """Keep the TID of an accepted token; the smallest kept goes."""
        insort(self._tids, tid)
        del self._tids[0]

    def clear(self) -> None:
        """Set every place to zero, as a rollover (RO = 1) asks."""
        self._tids = [0] * self.capacity

    def snapshot(self) -> tuple[int, ...]:
        """Return the TIDs in ascending order, for keeping."""
        return tuple(self._tids)

    def restore(self, tids: Iterable[int]) -> None:
        """Take back what `snapshot` gave.

        Raises:
            StsValueError: another number of TIDs than the capacity.
        """
        restored = sorted(tids)
        if len(restored) != self.capacity:
            raise StsValueError(f"this TID store holds {self.capacity} TIDs, not {len(restored)}")
        self._tids = restored
