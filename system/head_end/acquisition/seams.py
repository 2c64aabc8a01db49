"""What the engine is handed from outside: how a link is opened, and how the desk's blocking calls are made.

In production links are TCP and the desk works in a thread; in virtual time links lead into a simulated world,
which must stand still while the desk works.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol, TypeVar

from links.aio import AsyncLink

T = TypeVar("T")

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
    """Calls in threads, so that the loop goes on meanwhile.

    Args:
        threads: at a time; 1 where the database takes one writer.
    """

    def __init__(self, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="desk")

    async def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises. Who is cancelled meanwhile never learns what became of the call."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, ask)

    def close(self) -> None:
        """Wait for the calls under way, and free the threads."""
        self._pool.shutdown(wait=True)


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
