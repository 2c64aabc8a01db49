"""Invocation counters: what is sent never repeats, what was received is never taken again.

With one key and one system title a counter may serve once only: a second use gives the key of the
authentication away. So a device keeps a mark *ahead* of the counter: a restart begins at the mark.

>>> marks = []
>>> counter = SendCounter(1, reserve=marks.append, step=100)
>>> counter.take(), counter.take(), marks
(1, 2, [101])

Source: Green Book, 9.2.3.3.7.3 (initialization vector, invocation counter)
"""

from collections.abc import Callable

from protocols.dlms.errors import InvocationCounterError, LocalProtocolError

COUNTER_END = 1 << 32
DEFAULT_STEP = 1000


class SendCounter:
    """Counter of one's own messages under a key.

    Args:
        next_value: the first value to use, 0 to 2³²-1.
        reserve: called with a mark before a value at or above the last mark is used; it must keep the mark
            for good before it returns. None: nothing outlives this object.
        step: how many values one mark reserves, 1 or more.
    """

    __slots__ = ("_mark", "_next", "_reserve", "_step")

    def __init__(
        self, next_value: int = 0, reserve: Callable[[int], None] | None = None, step: int = DEFAULT_STEP
    ) -> None:
        self._next = next_value
        self._mark = next_value if reserve is not None else COUNTER_END
        self._reserve = reserve
        self._step = step

    @property
    def next_value(self) -> int:
        """The value that `take` gives next."""
        return self._next

    def take(self) -> int:
        """A value that was never used.

        Raises:
            LocalProtocolError: all 2³² were used; the key must be changed.
        """
        value = self._next
        if value >= self._mark:
            self._move_mark(value)
        self._next = value + 1
        return value

    def _move_mark(self, value: int) -> None:
        if value >= COUNTER_END:
            raise LocalProtocolError("the invocation counter has ended: the key must be changed")
        mark = min(value + self._step, COUNTER_END)
        if self._reserve is not None:
            self._reserve(mark)
        self._mark = mark


class ReceiveCounter:
    """The counters that one sender used up under a key.

    Args:
        expected: the lowest value that is taken, 0 to 2³².
        reserve: as in `SendCounter`: a restart takes nothing below the mark that was kept.
        step: how far ahead a mark lies, 1 or more.
    """

    __slots__ = ("_mark", "_reserve", "_step", "expected")

    def __init__(
        self, expected: int = 0, reserve: Callable[[int], None] | None = None, step: int = DEFAULT_STEP
    ) -> None:
        self.expected = expected
        self._mark = expected if reserve is not None else COUNTER_END
        self._reserve = reserve
        self._step = step

    def check(self, value: int) -> None:
        """Look at a counter before its message is deciphered.

        Raises:
            InvocationCounterError: it was used before.
        """
        if value < self.expected:
            raise InvocationCounterError(
                f"invocation counter {value}: {self.expected} or higher is expected", expected=self.expected
            )

    def accept(self, value: int) -> None:
        """Use up every counter to `value`, once the message proved authentic."""
        if value >= self._mark and self._reserve is not None:
            mark = min(value + self._step, COUNTER_END)
            self._reserve(mark)
            self._mark = mark
        self.expected = value + 1
