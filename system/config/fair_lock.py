"""A queue for what one at a time may have, in the order in which it was asked for."""

import threading
from collections import deque


class FairLock:
    """A lock that is given on in the order in which it was asked for.

    One of `threading` goes to who comes by first, mostly who has just released it: somebody waits seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def take(self, timeout_s: float = -1) -> bool:
        """Wait for one's turn.

        Args:
            timeout_s: how long; below 0: for ever.

        Returns:
            Whether it came.
        """
        called = threading.Lock()
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called.acquire()
            self._waiting.append(called)
        try:
            if called.acquire(timeout=timeout_s):  # until whoever was before releases it
                return True
        except BaseException:  # a signal: a turn that nobody takes would stop everybody behind it
            if not self._withdrawn(called):
                self.give()
            raise
        return not self._withdrawn(called)  # else it came at the last moment

    def give(self) -> None:
        """Give it on: to who has waited longest, or back."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _withdrawn(self, called: threading.Lock) -> bool:
        """Wait no longer; False: the turn was given already."""
        with self._guard:
            if called not in self._waiting:
                return False
            self._waiting.remove(called)
            return True
