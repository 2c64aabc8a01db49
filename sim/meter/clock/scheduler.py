"""Scheduler: every job that is due by the meter's clock, behind one alarm.

Jobs that are due at one instant run in the order in which the scheduler has them. When the power was away
or the clock was set, each job hears from when to when the scheduler did not run, and decides what to make
up for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from simpy import Environment

from sim.kernel.timing import Timer
from sim.meter.clock.device_clock import DeviceClock
from sim.meter.units import US_PER_S


class ScheduledJob(Protocol):
    """Job that is due by the clock; instants are microseconds since 1970."""

    def next_us(self, after_us: int) -> int | None:
        """First instant after that one at which it is due, None for never."""
        ...

    def fire(self, at_us: int) -> None:
        """It is time."""
        ...

    def resume(self, last_us: int | None, now_us: int) -> None:
        """Make up for the time since `last_us` (None: ever) until `now_us`, which may be earlier."""
        ...


@dataclass(slots=True)
class SchedulerState:
    """State of the scheduler: since when it runs, and up to when it ran; outlives the power."""

    begun_us: int | None = None
    last_us: int | None = None

    def snapshot(self) -> dict[str, Any]:
        """As plain data."""
        return {"begun_us": self.begun_us, "last_us": self.last_us}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self.begun_us, self.last_us = kept["begun_us"], kept["last_us"]


class Scheduler:
    """Scheduler of one meter: runs each job when the clock reaches its time.

    Args:
        env: the world's event loop.
        clock: the meter's clock, with its drift.
        state: where it notes how far it came.
        items: in the order in which they act at one instant.
        guard: wraps what the timer calls, so that it ends where the power does.
        around: called with what is to be done at one instant; does it with the books in order, and keeps it.
    """

    __slots__ = (
        "_alarm",
        "_around",
        "_clock",
        "_due_us",
        "_firing",
        "_items",
        "_nexts_us",
        "_stale",
        "_state",
    )

    def __init__(
        self,
        env: Environment,
        clock: DeviceClock,
        state: SchedulerState,
        items: Sequence[ScheduledJob],
        guard: Callable[[Callable[[], None]], Callable[[], None]],
        around: Callable[[Callable[[], None]], None],
    ) -> None:
        self._clock = clock
        self._state = state
        self._items = tuple(items)
        self._around = around
        self._nexts_us: list[int | None] = [None] * len(self._items)
        self._due_us = 0
        self._firing = self._stale = False
        self._alarm = Timer(env, guard(self._ring))

    def start(self) -> None:
        """The power is back, or the clock was set: make up for what was missed, and wait for what comes."""
        self._around(self._resume)
        self.changed()

    def stop(self) -> None:
        """Wait for nothing."""
        self._alarm.cancel()

    def changed(self) -> None:
        """Something that an item goes by was changed."""
        if self._firing:  # the items that are due at this instant come first
            self._stale = True
            return
        now_us = self._clock.epoch_us
        self._nexts_us = [item.next_us(now_us) for item in self._items]
        self._arm()

    def _resume(self) -> None:
        last_us, now_us = self._state.last_us, self._clock.epoch_us
        for item in self._items:
            item.resume(last_us, now_us)
        self._state.last_us = now_us
        if self._state.begun_us is None:
            self._state.begun_us = now_us

    def _arm(self) -> None:
        waiting = [next_us for next_us in self._nexts_us if next_us is not None]
        if not waiting:
            self._alarm.cancel()
            return
        self._due_us = min(waiting)
        self._alarm.set(self._clock.world_us_at(self._due_us) / US_PER_S)

    def _ring(self) -> None:
        self._firing = True
        try:
            self._around(self._fire)
        finally:
            self._firing = False
        if self._stale:
            self._stale = False
            self.changed()
        else:
            self._arm()

    def _fire(self) -> None:
        at_us = self._state.last_us = self._due_us
        for index, next_us in enumerate(self._nexts_us):
            if next_us == at_us:
                item = self._items[index]
                item.fire(at_us)
                self._nexts_us[index] = item.next_us(at_us)
