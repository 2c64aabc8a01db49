"""The collector of the utility in the world's time: its links lead into the world, its desk is the office."""

import random
import uuid
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from amibench.commands.month.office import Office
from amibench.office.meter_keys import SECRET_NAME, key_tables
from links.aio import AsyncLink
from links.errors import LinkOpenError
from sim.kernel.virtual_time import SimAsyncClock, SimAsyncLink
from sim.scenarios.field import FieldWorld
from system.demo.village import WorldConcentrator
from system.head_end.acquisition import Collector, CollectorParts, CollectorSettings, parse_key_file

T = TypeVar("T")
_DLMS, _UPLINK = 4059, 7000
_TERMS = CollectorSettings(idle_s=300.0, response_timeout_s=90.0)
#: Nobody watches: what concentrators gathered is fetched every half hour.
_POLL_S = 1_800


class OfficeRunner:
    """Calls of the desk, made at the office while the world stands still."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def call(self, ask: Callable[[], T]) -> T:
        """What `ask` returns, or raises."""
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
        office: where its desk is.
        secret: of the concentrators' management ports.
        seed: of what nobody can foresee otherwise.
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
        desk=DjangoStore(),
        book=parse_key_file(key_tables(secret)),
        clock=clock,
        utc=world.clock.utc,
        dialer=dial,
        runner=OfficeRunner(office),
        terms=_TERMS,
        random_octets=random.Random(seed).randbytes,  # noqa: S311 - the same seed, the same month
        new_id=lambda: uuid.uuid5(uuid.NAMESPACE_OID, f"{seed}/{next(ids)}"),
    )
    return Collector("month", parts)


def _ports(world: FieldWorld) -> list[tuple[str, int, str]]:
    names = [name for site in world.sites for name in site.wire.concentrators]
    return [(name, number, port) for name in names for number, port in ((_DLMS, "dlms"), (_UPLINK, "uplink"))]
