"""World in virtual time, moved by its caller.

Blocking and asyncio links, and an asyncio loop that moves it when idle.
"""

import asyncio
import selectors
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from simpy import Environment, Event

from links.aio import AsyncLink
from links.base import Link
from links.clock import Clock, ManualDeadline
from sim.kernel.ports import Port
from sim.kernel.timing import FieldEnvironment

# ---- blocking link

#: What may wait in a link for its reader; a device that floods a reader who never reads loses the rest.
INBOX_BYTES_MAX = 1 << 20


def advance(env: FieldEnvironment, until_s: float) -> None:
    """Move the world to `until_s`, with all that happens at that very instant; never backwards."""
    while env.peek() <= until_s:
        env.step()
    env.pass_to(until_s)


class SimLink(Link):
    """A link to a device's port in a world that the caller owns; `receive` moves the world.

    Sending costs no device time unless the port models its line's speed; `now_s` is the world's time.

    Args:
        env: the world's environment.
        port: the device's port.
        description: what a person should read in a message.
    """

    def __init__(self, env: FieldEnvironment, port: Port, description: str) -> None:
        super().__init__(description)
        self._env = env
        self._inbox = bytearray()
        self._attachment = port.attach(self._arrive)

    def now_s(self) -> float:
        """Device seconds since the world began."""
        return float(self._env.now)

    def _arrive(self, data: bytes) -> None:
        if len(self._inbox) + len(data) <= INBOX_BYTES_MAX:
            self._inbox += data

    def _send(self, data: bytes) -> None:
        self._attachment.send(data)

    def _receive(self, max_wait_s: float) -> bytes:
        deadline_s = self._env.now + max_wait_s
        while not self._inbox and self._env.peek() <= deadline_s:
            self._env.step()
        if not self._inbox:
            advance(self._env, deadline_s)
        data = bytes(self._inbox)
        self._inbox.clear()
        return data

    def _close(self) -> None:
        self._attachment.detach()


# ---- asyncio link


class SimAsyncLink(AsyncLink):
    """A link to a device's port in a world that `sim.kernel.virtual_time.run_in_virtual_time` moves.

    Args:
        clock: of the world.
        port: the device's port.
        description: what a person should read in a message.
    """

    def __init__(self, clock: Clock, port: Port, description: str) -> None:
        super().__init__(clock, description)
        self._inbox = bytearray()
        self._came = asyncio.Event()
        self._attachment = port.attach(self._arrive)

    def _arrive(self, data: bytes) -> None:
        if len(self._inbox) + len(data) <= INBOX_BYTES_MAX:
            self._inbox += data
            self._came.set()

    async def _send(self, data: bytes) -> None:
        self._attachment.send(data)

    async def _receive(self) -> bytes:
        await self._came.wait()
        self._came.clear()
        data = bytes(self._inbox)
        self._inbox.clear()
        return data

    async def _close(self) -> None:
        self._attachment.detach()


# ---- asyncio loop and clock

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
