"""A world that runs fast goes at its own pace while somebody types.

At sixty device seconds a second the keypad would forget what was begun before a finger finds the next key.
"""

import asyncio
from functools import partial

from links.clock import Clock
from sim.kernel.served import ServedWorld

#: How long after the last key the world keeps to the wall, s of the wall.
HOLD_S = 15.0
OWN_PACE = 1.0


class Pace:
    """Slows the world down at the first key, and lets it run again a while after the last.

    Args:
        world: whose speed it is; who goes no faster than the wall is left alone.
        wall: the wall clock.
    """

    def __init__(self, world: ServedWorld, wall: Clock) -> None:
        self._world = world
        self._wall = wall
        self._until_s = 0.0
        self._task: asyncio.Task[None] | None = None

    def touched(self) -> None:
        """Somebody pressed a key."""
        self._until_s = self._wall.now_s() + HOLD_S
        if self._task is None and self._world.speed > OWN_PACE:
            before = self._world.speed
            self._set(OWN_PACE)
            self._task = asyncio.ensure_future(self._hold(before))

    async def close(self) -> None:
        """Hold nothing any more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hold(self, before: float) -> None:
        while (left_s := self._until_s - self._wall.now_s()) > 0:
            await self._wall.sleep(left_s)
        self._task = None
        if self._world.speed == OWN_PACE:  # else somebody chose another meanwhile
            self._set(before)

    def _set(self, speed: float) -> None:
        self._world.post(partial(self._world.set_speed, speed))
