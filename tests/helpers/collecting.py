"""A collector on a world in virtual time: links into the world's ports, a store in memory, test keys."""

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from memory_rows import MeterPlan
from memory_store import MemoryStore

from links.aio import AsyncLink
from links.base import LinkOpenError
from sim.kernel.ports import Port
from sim.kernel.virtual_time import SimAsyncClock, SimAsyncLink, run_in_virtual_time
from sim.meter.credentials import TEST_KEYS, TEST_READER_PASSWORD
from system.head_end.acquisition import (
    BlockingRunner,
    Collector,
    CollectorParts,
    CollectorSettings,
    Failure,
    parse_key_file,
)
from system.head_end.store_port import MeterTarget

SECRET = "the shared secret of a test"
KEY_TABLE: Mapping[str, Any] = {
    "keys": {
        "low": {"password": TEST_READER_PASSWORD.decode()},
        "hls-gmac": {
            "encryption_key": TEST_KEYS.guek.hex(),
            "authentication_key": TEST_KEYS.gak.hex(),
        },
        "wrong": {"encryption_key": "11" * 16, "authentication_key": "22" * 16, "password": "87654321"},
    },
    "secrets": {"north": {"secret": SECRET}},
}
TERMS = CollectorSettings(idle_s=60.0, response_timeout_s=90.0)


@dataclass
class Bench:
    """A world, a store and collectors between them.

    Args:
        world: has `env` and `clock`.
        ports: URL -> port of the world.
        terms: of the collectors.
        down: URLs at which nobody answers now.
    """

    world: Any
    ports: dict[str, Port]
    settings: CollectorSettings = TERMS
    store: MemoryStore = field(default_factory=MemoryStore)
    keys: Mapping[str, Any] = field(default_factory=lambda: KEY_TABLE)
    down: set[str] = field(default_factory=set)
    told: list[tuple[str, str, Failure]] = field(default_factory=list)
    wrap: Callable[[AsyncLink], AsyncLink] = lambda link: link

    def __post_init__(self) -> None:
        self.clock = SimAsyncClock(self.world.env)
        self._random = random.Random(7)
        self._ids = count(1)

    def utc(self) -> datetime:
        """The world's instant."""
        found: datetime = self.world.clock.utc()
        return found

    async def dial(self, url: str) -> AsyncLink:
        """A link into the world."""
        if url in self.down:
            raise LinkOpenError(f"cannot connect to {url}: nobody answers")
        return self.wrap(SimAsyncLink(self.clock, self.ports[url], url))

    def parts(self, **changed: Any) -> CollectorParts:
        """What a collector is made of."""
        made = CollectorParts(
            store=self.store,
            key_file=parse_key_file(self.keys),
            clock=self.clock,
            utc=self.utc,
            dialer=self.dial,
            runner=BlockingRunner(),
            settings=self.settings,
            random_octets=self._random.randbytes,
            new_id=lambda: uuid.UUID(int=next(self._ids)),
            report=lambda *said: self.told.append(said),
        )
        return replace(made, **changed)

    def collect(self, name: str = "collector", **changed: Any) -> Collector:
        """One collector until nothing is due."""
        return self.work(name, None, **changed)

    def work(self, name: str, seconds: float | None, **changed: Any) -> Collector:
        """One collector for so many seconds; None: until nothing is due."""
        parts = self.parts(**changed)
        collector = Collector(name, parts)

        async def main() -> None:
            if seconds is not None:
                self.world.env.timeout(seconds).callbacks.append(lambda _: collector.stop())
            await collector.run(once=seconds is None)

        try:
            run_in_virtual_time(self.world.env, main())
        finally:
            parts.runner.close()
        return collector


def plan_of(meter: MeterTarget, since: datetime, **wanted: Any) -> MeterPlan:
    """What is wanted of a meter; its quarter-hours unless said otherwise."""
    wanted.setdefault("profiles", {"1.0.99.1.0": 900})
    return MeterPlan(meter, since=since, logs_at=since, clock_at=since, **wanted)
