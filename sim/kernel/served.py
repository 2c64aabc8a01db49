"""World in wall time.

One asyncio task moves it with the scaled clock, others post to it, and clients attach to its ports.
"""

import asyncio
import contextlib
from collections.abc import Callable

from simpy import Event

from links.clock import Clock, WallClock
from links.server import Connection, LineConnection
from sim.kernel.ports import Attachment, Port
from sim.kernel.timing import FieldEnvironment
from sim.kernel.virtual_time import advance

#: Longest that one slice of work may keep the sockets waiting, s of the wall.
SLICE_S = 0.02
#: Events between two looks at the wall clock.
_EVENTS_PER_LOOK = 64
#: A world that has fallen so far behind the wall gives up catching up.
LAG_MAX_S = 1.0
#: When the next event of an empty world happens.
_NEVER = float("inf")

Action = Callable[[], None]


class ServedWorld:
    """The owner of a world that is served in real time.

    Args:
        env: the world's environment; from `run` on, nobody else may step it.
        speed: device seconds that pass in a second of the wall.
        wall: the wall clock; a test hands in another.
    """

    def __init__(self, env: FieldEnvironment, *, speed: float = 1.0, wall: Clock | None = None) -> None:
        self._env = env
        self._wall = wall or WallClock()
        self._speed = _checked(speed)
        self._posted: list[Action] = []
        self._woken = asyncio.Event()
        self._hurried = 0
        self._owned = self._moving = False
        self._asleep_until_s = 0.0
        self._failure: Exception | None = None
        self._take_anchor()

    @property
    def speed(self) -> float:
        """Device seconds that pass in a second of the wall."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Go faster or slower from now on; for the world's own task only (an operation, a posted action).

        Raises:
            ValueError: not above 0.
        """
        self._speed = _checked(speed)
        self._take_anchor()
        self._woken.set()

    def post(self, action: Action) -> None:
        """Do `action` at the world's present time, at once where that can be; from the same event loop only.

        Between two slices of its owner nobody moves the world, so that a request need not wait until the
        owner's turn comes: what it causes at this very instant is done before `post` returns.
        """
        if not self._owned or self._moving or self._posted or self._failure is not None:
            self._posted.append(action)
            self._woken.set()
            return
        try:
            self._act(action)
        except Exception as failure:
            self._failure = failure  # the owner raises it
        if self._failure is not None or self._env.peek() < self._asleep_until_s:
            self._woken.set()

    def _act(self, action: Action) -> None:
        self._move_to(self._due_s())
        self._moving = True
        try:
            action()
        finally:
            self._moving = False
        now_s = float(self._env.now)
        if self._env.peek() <= now_s:
            self._slice(lambda: self._env.peek() <= now_s)

    async def finished(self, begin: Callable[[], Event]) -> Event:
        """Post `begin`, and run as fast as can be until the event that it returns has happened; that event.

        Raises:
            Exception: whatever `begin` raised.
        """
        done: asyncio.Future[Event] = asyncio.get_running_loop().create_future()

        def settle(event: Event) -> None:
            self._hurried -= 1
            self._take_anchor()
            if not done.done():
                done.set_result(event)

        def begin_here() -> None:
            try:
                event = begin()
            except Exception as error:
                if not done.done():
                    done.set_exception(error)
                return
            self._hurried += 1
            self._woken.set()  # the owner runs ahead from now on
            if event.callbacks is None:
                settle(event)
            else:
                event.callbacks.append(settle)

        self.post(begin_here)
        return await done

    async def run(self) -> None:
        """Own the world until cancelled.

        Raises:
            Exception: whatever a device's code raised; the world cannot go on.
        """
        self._take_anchor()
        self._owned = True
        try:
            while True:
                await self._turn()
        finally:
            self._owned = False

    async def _turn(self) -> None:
        """Move the world to where it should be, do what was posted, and wait for what comes next."""
        if self._failure is not None:
            raise self._failure
        self._woken.clear()
        self._move_to(self._due_s())
        posted, self._posted = self._posted, []
        for action in posted:
            action()
        if self._hurried and self._env.peek() < _NEVER:
            self._hurry()
            await self._wall.sleep(0)
        elif self._env.peek() <= self._due_s():
            self._forgive_lag()
            await self._wall.sleep(0)
        elif not self._posted:
            await self._wait((self._env.peek() - self._due_s()) / self._speed)

    def _take_anchor(self) -> None:
        self._anchor_world_s = float(self._env.now)
        self._anchor_wall_s = self._wall.now_s()

    def _due_s(self) -> float:
        """Where the world should be now."""
        return self._anchor_world_s + (self._wall.now_s() - self._anchor_wall_s) * self._speed

    def _forgive_lag(self) -> None:
        if self._due_s() - self._env.now > LAG_MAX_S * self._speed:
            self._take_anchor()

    def _move_to(self, until_s: float) -> None:
        """A slice of the way to `until_s`."""
        if not self._env.passed_to(until_s) and self._slice(lambda: self._env.peek() <= until_s):
            advance(self._env, until_s)

    def _hurry(self) -> None:
        """A slice of running ahead; it ends early when an operation ended, whose answer must not wait."""
        hurried = self._hurried
        self._slice(lambda: self._hurried >= hurried and self._env.peek() < _NEVER)

    def _slice(self, more: Callable[[], bool]) -> bool:
        """Step while there is `more`, but not much longer than `SLICE_S`; True when there is no more."""
        end_s = self._wall.now_s() + SLICE_S
        self._moving = True
        try:
            while self._wall.now_s() < end_s:
                for _ in range(_EVENTS_PER_LOOK):
                    if not more():
                        return True
                    self._env.step()
            return False
        finally:
            self._moving = False

    async def _wait(self, duration_s: float) -> None:
        self._asleep_until_s = self._env.peek()
        try:
            if duration_s == _NEVER:
                await self._woken.wait()
                return
            with contextlib.suppress(TimeoutError):
                async with self._wall.deadline(duration_s):
                    await self._woken.wait()
        finally:
            self._asleep_until_s = 0.0


def _checked(speed: float) -> float:
    if not 0 < speed < _NEVER:
        raise ValueError("the speed of a world must be above 0")
    return speed


# ---- gateway of a byte-pipe server to a device's port


class Gateway:
    """The handler of the clients of one port of a served world.

    Args:
        world: who owns the world; the gateway only posts to it.
        port: where clients are attached.
    """

    __slots__ = ("_port", "_world")

    def __init__(self, world: ServedWorld, port: Port) -> None:
        self._world = world
        self._port = port

    async def serve(self, connection: Connection) -> None:
        """Carry bytes both ways until the client is gone, even mid-frame; then free its session."""
        attached: list[Attachment] = []

        def attach() -> None:
            on_speed = connection.set_speed if isinstance(connection, LineConnection) else None
            attached.append(self._port.attach(connection.send, on_speed))

        self._world.post(attach)
        try:
            await connection.deliver(lambda data: self._world.post(lambda: attached[0].hand_over(data)))
        finally:
            self._world.post(lambda: _detach(attached))


def _detach(attached: list[Attachment]) -> None:
    for attachment in attached:
        attachment.detach()
