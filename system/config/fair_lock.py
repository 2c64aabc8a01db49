"""A fair lock: given on in the order in which it was asked for."""

import threading
from collections import deque


class FairLock:
    """A lock that is given on in the order in which it was asked for.

    A lock of `threading` goes to the first that comes by, mostly the one that released it, and others wait
    seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @property
    def waiting(self) -> int:
        """Number of waiting threads."""
        return len(self._waiting)

    def acquire(self, timeout_s: float = -1) -> bool:
        """Wait for the lock.

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
            if called.acquire(timeout=timeout_s):  # until the one before releases it
                return True
        except BaseException:  # a signal: a turn that is not taken would stop all behind it
            if not self._withdrawn(called):
                self.release()
            raise
        return not self._withdrawn(called)  # else it came at the last moment

    def release(self) -> None:
        """Give it on to the thread that has waited longest, or free it."""
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
