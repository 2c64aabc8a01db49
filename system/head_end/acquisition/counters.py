"""Invocation counters that were reserved at the desk before they are used.

A counter that serves twice gives the key of the authentication away; so the desk hands out ranges, each once,
to whichever collector works at a meter, and what a collector does not use is lost.
"""

from collections import deque

from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.security import SendCounter


class ReservedCounter(SendCounter):
    """A counter that gives what was reserved, and no more.

    >>> counter = ReservedCounter()
    >>> counter.add(100, 2)
    >>> counter.take(), counter.take(), counter.left
    (100, 101, 0)
    """

    __slots__ = ("_ranges",)

    def __init__(self) -> None:
        super().__init__()
        self._ranges: deque[range] = deque()

    @property
    def left(self) -> int:
        """How many values are reserved and unused."""
        return sum(len(values) for values in self._ranges)

    @property
    def next_value(self) -> int:
        """The value that `take` gives next; 0 where there is none."""
        return self._ranges[0].start if self._ranges else 0

    def add(self, first: int, many: int) -> None:
        """`many` values from `first` on are reserved, all above those before."""
        self._ranges.append(range(first, first + many))

    def forget(self) -> None:
        """Use none of what is reserved: the meter is beyond it."""
        self._ranges.clear()

    def take(self) -> int:
        """A value that nobody ever used.

        Raises:
            LocalProtocolError: all that was reserved is used.
        """
        if not self._ranges:
            raise LocalProtocolError("all reserved invocation counters are used")
        values = self._ranges.popleft()
        if len(values) > 1:
            self._ranges.appendleft(values[1:])
        return values[0]
