"""The wall's clock, and the shape that every asyncio clock has.

The only module of the house that touches the event loop's own idea of time; all else is handed a `Clock`.
"""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Clock(Protocol):
    """Time for asyncio code: the wall (`WallClock`) or a simulated world (`sim.kernel.timing.SimClock`)."""

    def now_s(self) -> float:
        """Seconds since some fixed origin; never goes back."""

    async def sleep(self, duration_s: float) -> None:
        """Return when `duration_s` of this clock's time has passed; 0 only lets others run."""

    def deadline(self, duration_s: float) -> AbstractAsyncContextManager[object]:
        """Around a block that may last `duration_s`: then it is cancelled, and `TimeoutError` raised."""


def monotonic_s() -> float:
    """The wall's seconds since some fixed origin, for blocking links."""
    return time.monotonic()


class WallClock:
    """The clock on the wall."""

    def now_s(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    async def sleep(self, duration_s: float) -> None:
        """Sleep in real seconds."""
        await asyncio.sleep(max(0.0, duration_s))  # noqa: TID251 - this is the clock that the others are told to use

    def deadline(self, duration_s: float) -> AbstractAsyncContextManager[object]:
        """A limit in real seconds."""
        return asyncio.timeout(duration_s)  # noqa: TID251 - this is the clock that the others are told to use


class ManualDeadline:
    """A limit that a foreign clock fires: the half of `Clock.deadline` that only asyncio can do.

    >>> async def never() -> str:
    ...     limit = ManualDeadline()
    ...     try:
    ...         async with limit:
    ...             limit.fire()
    ...             await asyncio.Event().wait()
    ...     except TimeoutError:
    ...         return "over"
    >>> asyncio.run(never())
    'over'
    """

    def __init__(self) -> None:
        self._timeout = asyncio.timeout(None)  # noqa: TID251 - never reads the loop's time: `fire` ends it
        self._entered = False

    def fire(self) -> None:
        """The time is over; too late is harmless."""
        if self._entered:
            self._timeout.reschedule(-1.0)

    async def __aenter__(self) -> "ManualDeadline":
        await self._timeout.__aenter__()
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: object
    ) -> None:
        self._entered = False
        await self._timeout.__aexit__(kind, error, None)
