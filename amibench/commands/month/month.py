"""A village and its utility on one loop that moves the world: field, counter and collector."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from amibench.commands.month.households import village_of
from amibench.commands.month.night import collector_of, concentrators_of
from amibench.commands.month.office import Office, open_office
from amibench.commands.month.reconcile import Finding, reconcile
from amibench.commands.month.till import Till, Way
from sim.kernel.virtual_time import SimAsyncClock, run_in_virtual_time
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Scenario
from system.head_end.acquisition import Collector

#: The counter closes its day at this local hour, when nobody buys any more.
_DUSK_H = 20.5
_UTC_OFFSET = timedelta(hours=-5)
_DAY_S, _HOUR_S = 86_400.0, 3_600.0
#: Device seconds between two looks at the bar and at Ctrl-C.
_SLICE_S = 900.0


@dataclass(frozen=True, slots=True)
class MonthTerms:
    """What is lived.

    Args:
        scenario: the world; its days are the month.
        ways: how customers get their tokens, in turn.
        grace_s: so long the world lives on when the shop is closed: who bought last still types.
    """

    scenario: Scenario
    ways: tuple[Way, ...] = tuple(Way)
    grace_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it.

    Args:
        whole: False where it was stopped early.
        findings: every promise of the loop, kept or broken.
        books: totals and the digest of the books.
        world: its own summary.
    """

    whole: bool
    findings: tuple[Finding, ...]
    books: dict[str, Any]
    world: dict[str, Any]
    refusals: dict[str, int] = field(default_factory=dict)


def live(
    terms: MonthTerms, folder: Path, follow: Callable[[float], None], stopped: Callable[[], bool]
) -> Lived:
    """Live the month; `folder` is private and keeps the books.

    Raises:
        ScenarioError, ValueError: the world cannot be.
        ChildDiedError, CommandError: the security module did not come up.
    """
    tills: list[Till] = []
    seed = terms.scenario.frame.seed

    def open_shop(around: Any, _scenario: Scenario) -> Till:
        tills.append(Till(around.clock.utc, seed, terms.ways))
        return tills[-1]

    secret = secrets.token_urlsafe(24)
    world = FieldWorld(terms.scenario.with_uplink_secret(secret), open_shop=open_shop)
    village = village_of(world, concentrators_of(world))
    drns = {meter.name: meter.drn for meter in village.meters}
    with ExitStack() as opened:
        office = opened.enter_context(open_office(folder, world.clock.utc, village))
        for till in tills:
            till.begin(office, drns)
        collector = collector_of(world, office, secret, seed)
        whole = run_in_virtual_time(world.env, _month(world, tills, collector, terms, follow, stopped))
        findings, books = reconcile(world, office)
        refusals = sum((till.refusals for till in tills), start=type(tills[0].refusals)())
        return Lived(whole, findings, books, world.summary(), dict(refusals))


async def _month(
    world: FieldWorld,
    tills: list[Till],
    collector: Collector,
    terms: MonthTerms,
    follow: Callable[[float], None],
    stopped: Callable[[], bool],
) -> bool:
    """The month and its grace; False where somebody stopped it."""
    clock = SimAsyncClock(world.env)
    evenings = asyncio.create_task(_evenings(world, clock, tills))
    collecting = asyncio.create_task(collector.run())
    end_s = terms.scenario.duration_s
    try:
        whole = await _until(world, clock, end_s, follow, stopped)
        for till in tills:
            till.open = False
        await clock.sleep(terms.grace_s)
        collector.stop()
        await collecting
        return whole
    finally:
        evenings.cancel()


async def _until(
    world: FieldWorld,
    clock: SimAsyncClock,
    end_s: float,
    follow: Callable[[float], None],
    stopped: Callable[[], bool],
) -> bool:
    while world.env.now < end_s and not stopped():
        await clock.sleep(min(_SLICE_S, end_s - world.env.now))
        follow(float(world.env.now))
    return bool(world.env.now >= end_s)


async def _evenings(world: FieldWorld, clock: SimAsyncClock, tills: list[Till]) -> None:
    while True:
        await clock.sleep(_until_dusk_s(world.clock.utc()))
        for till in tills:
            till.close_day()


def _until_dusk_s(utc: datetime) -> float:
    """Seconds until the counter closes; a whole day where it closes right now."""
    local = utc + _UTC_OFFSET
    passed_s = local.hour * _HOUR_S + local.minute * 60 + local.second
    return (_DUSK_H * _HOUR_S - passed_s) % _DAY_S or _DAY_S


__all__ = ["Lived", "MonthTerms", "Office", "live"]
