"""What the engine is handed from outside: how a link is opened, and how the desk's blocking calls are made.

In production links are TCP and the desk works in a thread; in virtual time links lead into a simulated world,
which must stand still while the desk works.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Protocol, TypeVar

from links.aio import AsyncLink

T = TypeVar("T")

#: Calls that go to a thread together.
_TOGETHER = 16

#: Opens the link that a URL names. Raises LinkOpenError or LinkUrlError.
Dialer = Callable[[str], Awaitable[AsyncLink]]
#: The present instant of business, aware, in UTC.
Utc = Callable[[], datetime]
#: So many octets that nobody can foresee.
RandomOctets = Callable[[int], bytes]


class DeskRunner(Protocol):
    """Makes a blocking call of the desk."""

    async def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises."""

    def close(self) -> None:
        """Wait for the calls under way, and free the threads."""


class ThreadRunner:
    """Calls in threads, so that the loop goes on meanwhile; those that wait go to a thread together.

    A change of threads costs as much as a whole exchange with a meter: a hundred sessions that hand in their
    rows at the same time pay for one.

    Args:
        threads: at a time; 1 where the database takes one writer.
    """

    def __init__(self, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="desk")
        self._idle = threads
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises. Who is cancelled meanwhile never learns what became of the call."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._start)  # whoever is about to call, too, goes along
        self._waiting.append((ask, answered))
        return await answered

    def close(self) -> None:
        """Wait for the calls under way, and free the threads."""
        self._pool.shutdown(wait=True)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._idle:
            self._idle -= 1
            calls = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            self._pool.submit(self._work, calls, loop)

    def _work(
        self, calls: list[tuple[Callable[[], Any], "asyncio.Future[Any]"]], loop: asyncio.AbstractEventLoop
    ) -> None:
        """In a thread: make the calls one after the other."""
        outcomes = [(answered, _outcome(ask)) for ask, answered in calls if not answered.cancelled()]
        loop.call_soon_threadsafe(self._done, outcomes)

    def _done(self, outcomes: "list[tuple[asyncio.Future[Any], tuple[Any, BaseException | None]]]") -> None:
        for answered, (found, error) in outcomes:
            if answered.done():
                continue
            if error is None:
                answered.set_result(found)
            else:
                answered.set_exception(error)
        self._idle += 1
        self._start()


def _outcome(ask: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return ask(), None
    except BaseException as error:
        return None, error


class StandstillRunner:
    """Calls in one thread of their own, each waited for: nothing moves meanwhile, as virtual time wants it.

    A thread of its own, because what is behind the desk may refuse to work inside an event loop.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="desk")

    async def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises."""
        return self._pool.submit(ask).result()

    def close(self) -> None:
        """Free the thread."""
        self._pool.shutdown(wait=True)
