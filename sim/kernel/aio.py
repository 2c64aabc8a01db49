"""Asyncio in virtual time: the twin of `links.aio.WallClock`, and a loop that moves the world when idle."""

import asyncio
import selectors
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from simpy import Environment, Event

from links.clock import ManualDeadline

T = TypeVar("T")


class SimAsyncClock:
    """A `links.aio.Clock` that tells the world's time; somebody must be moving the world.

    Args:
        env: the world's environment.
    """

    __slots__ = ("_env",)

    def __init__(self, env: Environment) -> None:
        self._env = env

    def now_s(self) -> float:
        """Device seconds since the world began."""
        return float(self._env.now)

    async def sleep(self, duration_s: float) -> None:
        """Return when the world has moved by `duration_s`."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake(_: Event) -> None:
            if not woken.done():
                woken.set_result(None)

        _when_over(self._env, duration_s).append(wake)
        await woken

    @asynccontextmanager
    async def deadline(self, duration_s: float) -> AsyncIterator[None]:
        """Around a block that may last `duration_s` of device time: then `TimeoutError`."""
        async with ManualDeadline() as limit:
            _when_over(self._env, duration_s).append(lambda _: limit.fire())
            yield


def _when_over(env: Environment, duration_s: float) -> list[Any]:
    """The callbacks of a time-out that has just been made, which therefore has a list of them."""
    callbacks = env.timeout(max(0.0, duration_s)).callbacks
    assert callbacks is not None  # noqa: S101 - SimPy says None only of events in the past
    return callbacks


class _WorldSelector(selectors.DefaultSelector):
    """A selector that, where the loop would wait, makes the next event of the world happen instead."""

    def __init__(self, env: Environment) -> None:
        super().__init__()
        self._env = env

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self._env.peek() == float("inf"):
            return super().select(timeout)
        self._env.step()
        return super().select(0)


def run_in_virtual_time(env: Environment, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on a loop of its own that moves the world of `env`, and return what it returns.

    The loop is never idle while the world has events, so a month of `SimAsyncClock.sleep` passes in moments.
    A main that waits for what no event of the world brings waits for ever; that is its author's error.
    """
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(_WorldSelector(env))) as runner:
        return runner.run(main)
