"""A collector that dies, or is stopped, at every step of an order: executed once, never lost."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from links.aio import AsyncLink
from sim.kernel.virtual_time import run_in_virtual_time
from system.head_end.acquisition import Collector
from system.head_end.vocabulary import OrderKind, OrderState

#: More than an order takes; the tests prove that they ran beyond the last one.
STEPS_MAX = 80


class Killed(BaseException):
    """The process is gone: nothing that it does from now on happens."""


class Fate:
    """Counts steps, and strikes at one of them: before what it does, or after."""

    def __init__(self, step: int, strike: Any) -> None:
        self.left = step
        self.strike = strike
        self.struck = False

    def step(self) -> None:
        if self.struck and self.strike is None:
            raise Killed
        self.left -= 1
        if self.left == 0:
            self.struck = True
            if self.strike is None:
                raise Killed
            self.strike()


class FatedLink:
    """A link whose every use is a step, before and after."""

    def __init__(self, link: AsyncLink, fate: Fate) -> None:
        self._link, self._fate = link, fate
        self.clock, self.now_s, self.close = link.clock, link.now_s, link.close

    async def send(self, data: bytes) -> None:
        self._fate.step()
        await self._link.send(data)
        self._fate.step()

    async def receive(self, max_wait_s: float) -> bytes:
        data = await self._link.receive(max_wait_s)
        self._fate.step()
        return data


class FatedDesk:
    """A store whose every call is a step, before and after."""

    def __init__(self, store: Any, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        method, fate = getattr(self._store, name), self._fate

        def call(*args: Any, **kwargs: Any) -> Any:
            fate.step()
            found = method(*args, **kwargs)
            fate.step()
            return found

        return call


def _bench(make: Any, kind: OrderKind) -> tuple[Any, Any]:
    bench = make(0.1, profiles={})
    if kind is not OrderKind.TOKEN:
        bench.world.control.call("keypad.enter", {"digits": bench.mint(100)})
    parameters = {"digits": bench.mint(125, tid=6_400_009)} if kind is OrderKind.TOKEN else {}
    return bench, bench.store.add_order(kind, bench.target, bench.soon(), **parameters)


def _kill_at(bench: Any, step: int) -> bool:
    """Run a collector that dies at that step; whether it came so far."""
    fate = Fate(step, None)
    bench.wrap = lambda link: FatedLink(link, fate)
    with suppress(Killed):
        bench.collect("first", store=FatedDesk(bench.store, fate))
    bench.wrap = lambda link: link
    return fate.struck


def _stop_at(bench: Any, step: int) -> bool:
    """Run a collector that is told to stop, and cancelled, at that step; whether it came so far."""
    running: list[Any] = []
    fate = Fate(step, lambda: running[0].cancel())
    bench.wrap = lambda link: FatedLink(link, fate)
    parts = bench.parts()
    collector = Collector("first", parts)

    async def main() -> None:
        running.append(asyncio.ensure_future(collector.run(once=True)))
        await asyncio.wait(running)

    run_in_virtual_time(bench.world.env, main())
    parts.runner.close()
    bench.wrap = lambda link: link
    return fate.struck


def _executions(bench: Any, kind: OrderKind) -> int:
    if kind is OrderKind.TOKEN:
        return int(bench.credit_wh() // 12_500)
    entries = bench.world.meter.parts.events.entries
    return sum(entry.code.name == "REMOTE_DISCONNECTION" for entry in entries)


@pytest.mark.requirement("R4-02")
@pytest.mark.parametrize("kind", [OrderKind.TOKEN, OrderKind.CUT])
@pytest.mark.parametrize("way", [_kill_at, _stop_at])
def test_an_order_survives_its_collector(make_meter_bench, kind: OrderKind, way: Any) -> None:
    for step in range(1, STEPS_MAX):
        bench, order = _bench(make_meter_bench, kind)
        struck = way(bench, step)
        bench.world.run(bench.clock.now_s() + 120.0)  # the lease expires
        bench.collect("second")
        line = bench.store.orders[order]
        assert line.state is OrderState.DONE, (step, line.state, line.reason, line.history)
        assert _executions(bench, kind) == 1, (step, line.history)
        if not struck:
            assert step > 15
            return
    raise AssertionError("an order takes more steps than were tried")


def test_a_channel_that_was_lost_meanwhile_is_not_reported_on(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)

    def steal(name: str) -> None:
        if name == "keep_rows":
            bench.store.channels[1].number += 1

    bench.store.before = steal
    bench.work("late", 1.0)
    assert bench.store.values == {}
    assert bench.store.contacts == []
    assert bench.store.releases == []


def test_stopping_gives_leases_back(make_meter_bench) -> None:
    bench = make_meter_bench(3.0)
    bench.work("one", 0.05)  # in the middle of the association
    assert len(bench.store.releases) == 1
    bench.collect("two")  # at once: no lease must expire first
    assert len(bench.store.instants(1, "1.0.99.1.0")) == 11
