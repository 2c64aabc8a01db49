"""Simulated field: speed of a community, growth with its size, lateness of a served world, gain of workers.

Speeds in virtual time stand beside a yardstick of the same run.
"""

import asyncio
import statistics
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

from amibench.commands.benchmark import Row
from i18n import Message
from links.clock import Clock, WallClock
from sim.kernel.served import ServedWorld
from sim.kernel.timing import FieldEnvironment
from sim.scenarios.campaign import replicas
from sim.scenarios.campaign_cluster import run_on_cluster
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Scenario, load_scenario

GOAL_VILLAGE_S, GOAL_GROWTH, GOAL_WORKERS = 20.0, 1 / 1.3, 1.6

_HOURS_PER_DAY, _S_PER_H, _TICK_S = 24.0, 3_600.0, 60.0
_VILLAGE_HOMES = 350
_SITE_HOMES = 100
_REPLICAS = 4


def measure_community(hours: float, homes: int) -> Sequence[Row]:
    """Meter-days a second of a community, beside as many clocks that tick once a minute."""
    stick = "yardstick: SimPy clocks that tick once a minute, clock-days"
    ticks = homes * hours / _HOURS_PER_DAY / _ticking_s(homes, hours)
    meter_days = homes * hours / _HOURS_PER_DAY / _run_s(_quiet("village_350", homes, hours))
    name = f"village_350, {homes} meters, profiles of 15 min, meter-days"
    goal = _VILLAGE_HOMES / GOAL_VILLAGE_S
    return Row(stick, ticks), Row(name, meter_days, stick, meter_days / ticks, goal_per_s=goal)


def measure_growth(days: float, many: int) -> Sequence[Row]:
    """Meter-days a second of one microgrid and of many in one world."""
    one = _quiet("teorama_micro", _SITE_HOMES, days * _HOURS_PER_DAY)
    small = _SITE_HOMES * days / _run_s(one)
    large = many * _SITE_HOMES * days / _run_s(one.with_frame(sites=many))
    stick = f"yardstick: {_SITE_HOMES} meters, meter-days"
    name = f"{many * _SITE_HOMES} meters in {many} microgrids, meter-days"
    return Row(stick, small), Row(name, large, stick, large / small, goal_ratio=GOAL_GROWTH)


def measure_workers(days: float) -> Sequence[Row]:
    """Replicas a second on a Dask cluster of one worker and of two; nothing where Dask is not installed."""
    if find_spec("distributed") is None:
        return ()
    asked = replicas(_quiet("teorama_nano", 18, days * _HOURS_PER_DAY), _REPLICAS)
    one, two = (_replicas_per_s(asked, workers) for workers in (1, 2))
    stick = "yardstick: Dask with one worker, replicas"
    return Row(stick, one), Row("Dask with two workers", two, stick, two / one, goal_ratio=GOAL_WORKERS)


def _replicas_per_s(asked: Sequence[Any], workers: int) -> float:
    from distributed import Client, LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        with Client(cluster, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(workers)
        list(
            run_on_cluster(asked[:workers], cluster.scheduler_address)
        )  # workers that have loaded everything
        began_s = time.perf_counter()
        list(run_on_cluster(asked, cluster.scheduler_address))
        return len(asked) / (time.perf_counter() - began_s)


def _quiet(name: str, homes: int, hours: float) -> Scenario:
    """A world of the product without wire: physics, meters and customers alone."""
    scenario = load_scenario(name).with_frame(days=hours / _HOURS_PER_DAY)
    scenario = scenario.with_grid("homes", count=homes, specials=[]).with_grid("theft", planted=[])
    return replace(scenario, plc={}, concentrators=())


def _run_s(scenario: Scenario) -> float:
    began_s = time.perf_counter()
    FieldWorld(scenario).run(scenario.duration_s)
    return time.perf_counter() - began_s


def _ticking_s(clocks: int, hours: float) -> float:
    """A plain SimPy process for each meter, which does nothing but wake once a minute."""
    began_s = time.perf_counter()
    env = FieldEnvironment()

    def tick() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(_TICK_S)

    for _ in range(clocks):
        env.process(tick())
    env.run(until=hours * _S_PER_H)
    return time.perf_counter() - began_s


# ---------------- Lateness of a served world

GOAL_LATENESS_S = 0.010
#: Meters of one microgrid of the served world.
_LATENESS_TICK_S, _SERVED_S = 0.01, 5.0
_PERCENTILES = 100


def measure_lateness(meters: int, served_s: float = _SERVED_S) -> Sequence[Row]:
    """Row of the reciprocal of the lateness: above 100 a second is below 10 ms in 99 of 100 events."""
    late_s = asyncio.run(_lateness_s(_world(meters), served_s))
    p99_s = max(statistics.quantiles(late_s, n=_PERCENTILES)[-1], 1e-6)
    name = f"{meters} served meters: 1/s of the lateness that 99 % stay below"
    return (Row(name, 1 / p99_s, goal_per_s=1 / GOAL_LATENESS_S),)


def _world(meters: int) -> FieldWorld:
    homes = min(meters, _SITE_HOMES)
    scenario = load_scenario("teorama_micro").with_frame(sites=max(1, meters // homes))
    scenario = scenario.with_grid("homes", count=homes, specials=[]).with_grid("theft", planted=[])
    world = FieldWorld(replace(scenario, plc={}, concentrators=()))
    world.run(1.0)
    return world


async def _lateness_s(world: FieldWorld, served_s: float) -> list[float]:
    """Serve the world as it is for a while; lateness of a clock in it, at each of its ticks."""
    wall: Clock = WallClock()
    served: ServedWorld = world.serve(1.0, wall)
    begun_s, world_s, late_s = wall.now_s(), float(world.env.now), list[float]()

    def tick(number: int) -> None:
        due_s = begun_s + number * _LATENESS_TICK_S
        late_s.append(max(0.0, wall.now_s() - due_s))
        wait_s = world_s + (number + 1) * _LATENESS_TICK_S - float(world.env.now)
        timeout = world.env.timeout(max(0.0, wait_s))
        timeout.callbacks.append(lambda _: tick(number + 1))

    tick(0)
    owner = asyncio.ensure_future(served.run())
    await wall.sleep(served_s)
    owner.cancel()
    await asyncio.gather(owner, return_exceptions=True)
    return late_s


TITLE = Message("Simulated field: meter-days a second, growth, lateness and workers")


def measure(hours: float = 24.0, homes: int = 350, many: int = 50, served: int = 1_000) -> Sequence[Row]:
    """Every row; those of Dask only where it is installed.

    Args:
        hours: simulated.
        homes: of the community.
        many: microgrids of 100 meters in the large world.
        served: meters of the served world.
    """
    return [
        *measure_community(hours, homes),
        *measure_growth(hours / 24, many),
        *measure_lateness(served),
        *measure_workers(hours / 48),
    ]
