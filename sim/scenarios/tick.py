"""`Ticker`: calls back at instants before everything else that happens at the same instant."""

from collections.abc import Callable

from simpy import Environment, Event
from simpy.events import URGENT


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
