"""Time of a simulated world: its event loop, the calendar over it, timers and pace-makers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from simpy import Environment, Event
from simpy.events import URGENT

# ---- calendar

#: Midnight in Bogota (UTC-5) of the first of January 2026.
DEFAULT_EPOCH = datetime(2026, 1, 1, 5, 0, tzinfo=UTC)


class SimClock:
    """The true time of a world.

    Args:
        env: the SimPy environment; its unit is the second.
        epoch: the instant (aware, UTC) at which ``env.now`` was 0.

    >>> env = Environment()
    >>> clock = SimClock(env)
    >>> env.run(until=90.5)
    >>> clock.now_s(), clock.utc().isoformat()
    (90.5, '2026-01-01T05:01:30.500000+00:00')
    """

    __slots__ = ("_env", "epoch")

    def __init__(self, env: Environment, epoch: datetime = DEFAULT_EPOCH) -> None:
        if epoch.utcoffset() is None:
            raise ValueError("the epoch of a world needs a time zone")
        self._env = env
        self.epoch = epoch.astimezone(UTC)

    def now_s(self) -> float:
        """Device seconds since the world began."""
        return float(self._env.now)

    def utc(self) -> datetime:
        """The instant, aware, in UTC."""
        return self.epoch + timedelta(seconds=self.now_s())


# ---- event loop


class FieldEnvironment(Environment):
    """A SimPy environment whose clock can be moved on between two events, at no cost.

    >>> env = FieldEnvironment()
    >>> env.pass_to(5.0)
    >>> env.now
    5.0
    """

    def pass_to(self, until_s: float) -> None:
        """Let the time until `until_s` pass; never backwards.

        Raises:
            ValueError: an event is due before.
        """
        if self.peek() < until_s:
            raise ValueError(f"an event is due at {self.peek()} s, before {until_s} s")
        self._now = max(self._now, until_s)

    def passed_to(self, until_s: float) -> bool:
        """`pass_to`, unless something is due by then; whether nothing was."""
        if self.peek() <= until_s:
            return False
        if until_s > self._now:
            self._now = until_s
        return True


# ---- timer

#: An event this much too early by rounding counts as in time.
_ROUNDING_S = 1e-9


class Timer:
    """Calls back once at the time that was set last.

    Setting it again to a later time, as happens at each change of a load, leaves nothing behind in the
    world's queue: the pending event finds that it came too early and goes back to sleep.

    Args:
        env: the world's environment.
        on_ring: called with no argument when the time comes.

    >>> env = Environment()
    >>> timer = Timer(env, lambda: print("ring at", env.now))
    >>> timer.set(5.0); timer.set(9.0)
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


# ---- ticks


class _Tick(Event):
    """A time-out that goes first among the events of its instant."""

    def __init__(self, env: Environment, delay_s: float) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, URGENT, delay_s)


class Ticker:
    """Calls `on_tick`, which answers with the instant of the next call.

    Args:
        env: the world's environment.
        on_tick: given nothing; answers when to be called again, world seconds.

    >>> env = Environment()
    >>> ticker = Ticker(env, lambda: print(env.now) or env.now + 60)
    >>> ticker.start(0.0)
    >>> env.run(until=100)
    0.0
    60.0
    """

    __slots__ = ("_env", "_on_tick")

    def __init__(self, env: Environment, on_tick: Callable[[], float]) -> None:
        self._env = env
        self._on_tick = on_tick

    def start(self, at_s: float) -> None:
        """Tick at `at_s` for the first time."""
        tick = _Tick(self._env, max(0.0, at_s - self._env.now))
        if tick.callbacks is not None:
            tick.callbacks.append(self._wake)

    def _wake(self, _: Event) -> None:
        self.start(self._on_tick())
