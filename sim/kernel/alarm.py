"""`Alarm`: a timer that can be set again and cancelled, which SimPy's own time-outs cannot."""

from collections.abc import Callable

from simpy import Environment

#: An event this much too early by rounding counts as in time.
_ROUNDING_S = 1e-9


class Alarm:
    """Calls back once at the time that was set last.

    Setting it again to a later time, as happens at each change of a load, leaves nothing behind in the
    world's queue: the pending event finds that it came too early and goes back to sleep.

    Args:
        env: the world's environment.
        on_ring: called with no argument when the time comes.

    >>> env = Environment()
    >>> alarm = Alarm(env, lambda: print("ring at", env.now))
    >>> alarm.set(5.0); alarm.set(9.0)
    >>> env.run()
    ring at 9.0
    """

    __slots__ = ("_at_s", "_env", "_on_ring", "_pending_s")

    def __init__(self, env: Environment, on_ring: Callable[[], None]) -> None:
        self._env = env
        self._on_ring = on_ring
        self._at_s: float | None = None
        self._pending_s: list[float] = []

    @property
    def at_s(self) -> float | None:
        """When it will ring, in device seconds; None when it is not set."""
        return self._at_s

    def set(self, at_s: float | None) -> None:
        """Ring at `at_s` (a past time: as soon as possible) instead of whatever was set; None cancels."""
        self._at_s = at_s
        if at_s is not None and not any(pending_s <= at_s for pending_s in self._pending_s):
            self._sleep_until(at_s)

    def cancel(self) -> None:
        """Do not ring."""
        self.set(None)

    def _sleep_until(self, at_s: float) -> None:
        self._pending_s.append(at_s)
        timeout = self._env.timeout(max(0.0, at_s - self._env.now))
        if timeout.callbacks is not None:
            timeout.callbacks.append(lambda _: self._wake(at_s))

    def _wake(self, pending_s: float) -> None:
        self._pending_s.remove(pending_s)
        if self._at_s is None:
            return
        if self._env.now < self._at_s - _ROUNDING_S:
            self.set(self._at_s)
            return
        self._at_s = None
        self._on_ring()
