"""How late the events of a served world are: each meter has a clock that ticks, and tells how late it was."""

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import replace

from amibench.commands.benches.row import Row
from links.clock import Clock, WallClock
from sim.kernel.served import ServedWorld
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import load_scenario

GOAL_LATENESS_S = 0.010
#: Meters of one microgrid of the served world.
_SITE_HOMES = 100
_TICK_S, _SERVED_S = 0.01, 5.0
_PERCENTILES = 100


def measure_lateness(meters: int, served_s: float = _SERVED_S) -> Sequence[Row]:
    """How often a second such a lateness would fit: above 100 is below 10 ms in 99 of 100 events."""
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
        due_s = begun_s + number * _TICK_S
        late_s.append(max(0.0, wall.now_s() - due_s))
        wait_s = world_s + (number + 1) * _TICK_S - float(world.env.now)
        timeout = world.env.timeout(max(0.0, wait_s))
        timeout.callbacks.append(lambda _: tick(number + 1))

    tick(0)
    owner = asyncio.ensure_future(served.run())
    await wall.sleep(served_s)
    owner.cancel()
    await asyncio.gather(owner, return_exceptions=True)
    return late_s
