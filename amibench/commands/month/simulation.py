"""A month on one loop that moves the world: field, counter, and the collector in the world's time.

The collector's links lead into the world; its store is the office in this process.
"""

import asyncio
import random
import secrets
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from amibench.commands.month.office import Office, open_office
from amibench.commands.month.reconcile import Finding, reconcile
from amibench.commands.month.vending_shop import TokenEntry, VendingShop
from amibench.office.community import SECRET_NAME, community_of, key_tables
from links.aio import AsyncLink
from links.base import LinkOpenError
from sim.kernel.virtual_time import SimAsyncClock, SimAsyncLink, run_in_virtual_time
from sim.scenarios.field import FieldWorld
from sim.scenarios.scenario import Scenario
from system.demo.village import WorldConcentrator
from system.head_end.acquisition import Collector, CollectorParts, CollectorSettings, parse_key_file

# ---------------- Collector in the world's time

T = TypeVar("T")
_DLMS, _UPLINK = 4059, 7000
_TERMS = CollectorSettings(idle_s=300.0, response_timeout_s=90.0)
#: Interval of collection, s: the concentrators are read every half hour.
_POLL_S = 1_800


class OfficeRunner:
    """Calls of the store, made at the office while the world stands still."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def call(self, ask: Callable[[], T]) -> T:
        """The result of `ask`."""
        return self._office.ask(ask)

    def close(self) -> None:
        """The office closes by itself."""


def concentrators_of(world: FieldWorld) -> tuple[WorldConcentrator, ...]:
    """The concentrators of a world, at addresses that only this process can dial."""
    return tuple(
        WorldConcentrator(name, f"tcp://{name}:{_DLMS}", f"tcp://{name}:{_UPLINK}", SECRET_NAME, _POLL_S)
        for site in world.sites
        for name in site.wire.concentrators
    )


def collector_of(world: FieldWorld, office: Office, secret: str, seed: int) -> Collector:
    """A collector that reads the world's meters; the same seed makes the same octets.

    Args:
        world: whose.
        office: where its store is.
        secret: of the concentrators' management ports.
        seed: of its random bytes.
    """
    from system.head_end.django_store import DjangoStore

    clock = SimAsyncClock(world.env)
    ports = {f"tcp://{name}:{number}": (name, port) for name, number, port in _ports(world)}

    async def dial(url: str) -> AsyncLink:
        if url not in ports:
            raise LinkOpenError(f"cannot connect to {url}: this world has no such port")
        return SimAsyncLink(clock, world.port(*ports[url]), url)

    ids = count(1)
    parts = CollectorParts(
        store=DjangoStore(),
        key_file=parse_key_file(key_tables(secret)),
        clock=clock,
        utc=world.clock.utc,
        dialer=dial,
        runner=OfficeRunner(office),
        settings=_TERMS,
        random_octets=random.Random(seed).randbytes,  # noqa: S311 - the same seed, the same month
        new_id=lambda: uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}/{next(ids)}"),
    )
    return Collector("month", parts)


def _ports(world: FieldWorld) -> list[tuple[str, int, str]]:
    names = [name for site in world.sites for name in site.wire.concentrators]
    return [(name, number, port) for name in names for number, port in ((_DLMS, "dlms"), (_UPLINK, "uplink"))]


# ---------------- The month

#: Local hour at which the counter closes its day, after the last sale.
_DUSK_H = 20.5
_UTC_OFFSET = timedelta(hours=-5)
_DAY_S, _HOUR_S = 86_400.0, 3_600.0
#: Device seconds between two looks at the bar and at Ctrl-C.
_SLICE_S = 900.0


@dataclass(frozen=True, slots=True)
class MonthTerms:
    """Terms of a month.

    Args:
        scenario: the world; its days are the month.
        ways: how customers get their tokens, in turn.
        grace_s: time that the world runs on after the shop is closed, for the last tokens.
    """

    scenario: Scenario
    ways: tuple[TokenEntry, ...] = tuple(TokenEntry)
    grace_s: float = 86_400.0


@dataclass(frozen=True, slots=True)
class MonthResult:
    """Result of a month.

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


def run_month(
    terms: MonthTerms, folder: Path, follow: Callable[[float], None], stopped: Callable[[], bool]
) -> MonthResult:
    """Live the month; `folder` is private and keeps the books.

    Raises:
        ScenarioError, ValueError: the world cannot be.
        ChildDiedError, CommandError: the security module did not come up.
    """
    shops: list[VendingShop] = []
    seed = terms.scenario.frame.seed

    def open_shop(around: Any, _scenario: Scenario) -> VendingShop:
        shops.append(VendingShop(around.clock.utc, seed, terms.ways))
        return shops[-1]

    secret = secrets.token_urlsafe(24)
    world = FieldWorld(terms.scenario.with_uplink_secret(secret), open_shop=open_shop)
    village = community_of(world, concentrators_of(world))
    drns = {meter.name: meter.drn for meter in village.meters}
    with ExitStack() as opened:
        office = opened.enter_context(open_office(folder, world.clock.utc, village))
        for till in shops:
            till.begin(office, drns)
        collector = collector_of(world, office, secret, seed)
        whole = run_in_virtual_time(world.env, _month(world, shops, collector, terms, follow, stopped))
        findings, books = reconcile(world, office)
        refusals = sum((till.refusals for till in shops), start=type(shops[0].refusals)())
        return MonthResult(whole, findings, books, world.summary(), dict(refusals))


async def _month(
    world: FieldWorld,
    shops: list[VendingShop],
    collector: Collector,
    terms: MonthTerms,
    follow: Callable[[float], None],
    stopped: Callable[[], bool],
) -> bool:
    """The month and its grace; False where it was interrupted."""
    clock = SimAsyncClock(world.env)
    evenings = asyncio.create_task(_evenings(world, clock, shops))
    collecting = asyncio.create_task(collector.run())
    end_s = terms.scenario.duration_s
    try:
        whole = await _advance(world, clock, end_s, follow, stopped)
        for till in shops:
            till.open = False
        await clock.sleep(terms.grace_s)
        collector.stop()
        await collecting
        return whole
    finally:
        evenings.cancel()


async def _advance(
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


async def _evenings(world: FieldWorld, clock: SimAsyncClock, shops: list[VendingShop]) -> None:
    while True:
        await clock.sleep(_until_dusk_s(world.clock.utc()))
        for till in shops:
            till.close_day()


def _until_dusk_s(utc: datetime) -> float:
    """Seconds until the counter closes; a whole day where it closes right now."""
    local = utc + _UTC_OFFSET
    passed_s = local.hour * _HOUR_S + local.minute * 60 + local.second
    return (_DUSK_H * _HOUR_S - passed_s) % _DAY_S or _DAY_S
