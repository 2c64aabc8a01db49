"""A served world whose wall clock is itself simulated: exact, and without waiting."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sim.kernel.served import ServedWorld
from sim.kernel.timing import FieldEnvironment
from sim.kernel.virtual_time import SimAsyncClock, run_in_virtual_time


def serve(
    env: FieldEnvironment,
    main: Callable[[ServedWorld, SimAsyncClock], Awaitable[None]],
    *,
    speed: float = 1.0,
) -> None:
    """Run `main` beside a served world, both under a wall clock that is a second, simulated world."""
    outside = FieldEnvironment()

    async def both() -> None:
        wall = SimAsyncClock(outside)
        world = ServedWorld(env, speed=speed, wall=wall)
        owner = asyncio.ensure_future(world.run())
        try:
            await main(world, wall)
        finally:
            owner.cancel()
            await asyncio.gather(owner, return_exceptions=True)

    run_in_virtual_time(outside, both())


def test_the_world_keeps_step_with_the_scaled_wall(env: FieldEnvironment):
    ticks: list[tuple[float, float]] = []

    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        def tick():
            while True:
                yield env.timeout(60)
                ticks.append((env.now, wall.now_s()))

        env.process(tick())
        world.post(lambda: None)
        await wall.sleep(10.5)

    serve(env, main, speed=30)
    assert [world_s for world_s, _ in ticks] == [60, 120, 180, 240, 300]
    assert [wall_s for _, wall_s in ticks] == pytest.approx([2, 4, 6, 8, 10])


def test_between_events_it_sleeps(env: FieldEnvironment):
    class Counting(SimAsyncClock):
        waits = 0

        async def sleep(self, duration_s: float) -> None:
            Counting.waits += 1
            await super().sleep(duration_s)

        def deadline(self, duration_s: float):
            Counting.waits += 1
            return super().deadline(duration_s)

    def tick():
        while True:
            yield env.timeout(60)

    async def main() -> None:
        wall = Counting(outside)
        owner = asyncio.ensure_future(ServedWorld(env, wall=wall).run())
        await SimAsyncClock(outside).sleep(605)
        owner.cancel()

    outside = FieldEnvironment()
    env.process(tick())
    run_in_virtual_time(outside, main())
    assert env.now == pytest.approx(600)
    assert Counting.waits <= 2 * 11


def test_what_is_posted_happens_at_the_present_time_of_the_world(env: FieldEnvironment):
    happened: list[float] = []

    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        await wall.sleep(3)
        world.post(lambda: happened.append(env.now))
        await wall.sleep(1)

    serve(env, main, speed=10)
    assert happened == pytest.approx([30])


def test_an_operation_runs_ahead_of_the_wall_and_the_anchor_is_taken_anew(env: FieldEnvironment):
    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        await wall.sleep(2)
        before_s = wall.now_s()
        await world.finished(lambda: env.timeout(1e6))
        assert wall.now_s() - before_s < 0.1
        assert env.now == pytest.approx(1e6 + 2)
        await wall.sleep(5)
        world.post(lambda: None)
        await wall.sleep(0)
        await wall.sleep(0)
        assert env.now == pytest.approx(1e6 + 7)

    serve(env, main)


def test_two_operations_end_in_the_order_of_their_times(env: FieldEnvironment):
    ended: list[str] = []

    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        async def wait(name: str, seconds: float) -> None:
            await world.finished(lambda: env.timeout(seconds))
            ended.append(f"{name} at {env.now:.0f}")

        await asyncio.gather(wait("long", 5000), wait("short", 50))

    serve(env, main)
    assert ended == ["short at 50", "long at 5000"]


def test_an_operation_that_cannot_begin_says_so(env: FieldEnvironment):
    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        with pytest.raises(ZeroDivisionError):
            await world.finished(lambda: 1 / 0)
        done = env.timeout(0, value="over")
        await world.finished(lambda: env.timeout(1))
        assert (await world.finished(lambda: done)).value == "over"

    serve(env, main)


def test_the_speed_can_change_on_the_way(env: FieldEnvironment):
    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        await wall.sleep(10)
        world.post(lambda: world.set_speed(100))
        await wall.sleep(10)
        world.post(lambda: None)
        await wall.sleep(0.001)
        assert env.now == pytest.approx(1010, abs=1)
        assert world.speed == 100

    serve(env, main)
    for speed in (0, -1, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="speed"):
            ServedWorld(env, speed=speed)


def test_a_device_that_breaks_ends_the_service(env: FieldEnvironment):
    async def main() -> None:
        def broken():
            yield env.timeout(0)
            raise RuntimeError("a device broke")

        env.process(broken())
        await ServedWorld(env).run()

    with pytest.raises(RuntimeError, match="a device broke"):
        asyncio.run(main())


def test_an_operation_that_waits_for_nothing_does_not_spin(env: FieldEnvironment):
    async def main(world: ServedWorld, wall: SimAsyncClock) -> None:
        never = env.event()
        waiting = asyncio.ensure_future(world.finished(lambda: never))
        await wall.sleep(1)
        world.post(lambda: never.succeed("at last"))
        assert (await waiting).value == "at last"

    serve(env, main)
