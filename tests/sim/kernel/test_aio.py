"""Asyncio in virtual time: the clock keeps the contract, and a month takes moments."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from simpy import Environment

from links.testing import check_clock
from sim.kernel.timing import DEFAULT_EPOCH, SimClock
from sim.kernel.virtual_time import SimAsyncClock, run_in_virtual_time


def test_the_simulated_clock_keeps_the_contract(env: Environment):
    run_in_virtual_time(env, check_clock(SimAsyncClock(env)))


def test_a_month_of_meetings_is_exact(env: Environment):
    clock, met = SimAsyncClock(env), []

    async def daily(name: str, hour: int) -> None:
        for day in range(30):
            await clock.sleep(day * 86_400 + hour * 3600 - clock.now_s())
            met.append((clock.now_s(), name))

    async def main() -> str:
        await asyncio.gather(daily("a", 7), daily("b", 6))
        return "done"

    assert run_in_virtual_time(env, main()) == "done"
    assert met == sorted(met)
    assert met[-1] == (29 * 86_400 + 7 * 3600.0, "a")


def test_a_deadline_cuts_a_wait_short_in_device_time(env: Environment):
    clock = SimAsyncClock(env)

    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with clock.deadline(90):
                await asyncio.Event().wait()
        return clock.now_s()

    assert run_in_virtual_time(env, main()) == 90


def test_a_cancelled_sleeper_is_not_woken(env: Environment):
    clock = SimAsyncClock(env)

    async def main() -> None:
        sleeper = asyncio.create_task(clock.sleep(5))
        await clock.sleep(1)
        sleeper.cancel()
        await clock.sleep(10)
        assert sleeper.cancelled()

    run_in_virtual_time(env, main())


def test_what_the_world_raises_comes_out(env: Environment):
    def broken():
        yield env.timeout(1)
        raise RuntimeError("a device broke")

    env.process(broken())
    with pytest.raises(RuntimeError, match="a device broke"):
        run_in_virtual_time(env, SimAsyncClock(env).sleep(2))


def test_the_calendar_of_a_world(env: Environment):
    assert SimClock(env).utc() == DEFAULT_EPOCH == datetime(2026, 1, 1, 5, tzinfo=UTC)
    bogota = timezone(timedelta(hours=-5))
    clock = SimClock(env, datetime(2024, 2, 28, 23, 59, 59, tzinfo=bogota))
    env.run(until=86_401.5)
    assert clock.now_s() == 86_401.5
    assert clock.utc().isoformat() == "2024-03-01T05:00:00.500000+00:00"
    with pytest.raises(ValueError, match="time zone"):
        SimClock(env, datetime(2026, 1, 1))  # noqa: DTZ001 - this is the mistake
