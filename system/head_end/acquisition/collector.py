"""The collector: leases channels, visits them, gives them back; for ever, or until nothing is due.

What it does is bounded: so many channels at once, so many sessions over all of them. It may be killed at any
moment: its leases expire, and another collector goes on.
"""

import asyncio
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from links.clock import Clock
from system.head_end.acquisition.cosem_reads import ProfileShapeCache
from system.head_end.acquisition.failures import Failure
from system.head_end.acquisition.key_file import KeyFile
from system.head_end.acquisition.leased_store import Dialer, LeasedStore, RandomOctets, StoreRunner, UtcNow
from system.head_end.acquisition.settings import CollectorSettings
from system.head_end.acquisition.visit import ChannelVisit, FailureReporter, VisitContext
from system.head_end.store_port import LeaseLost, StorePort, Visit


def _report_nothing(channel: str, serial: str, failure: Failure) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorParts:
    """Parts of a collector; each is handed in, so that it works in virtual time as on the wall.

    Args:
        store: what is due, and where it is kept.
        key_file: keys.
        clock: whose time everything waits in.
        utc: the present instant of business.
        dialer: opens links.
        runner: makes the store's blocking calls.
        settings: how it works.
        random_octets: for challenges and nonces.
        new_id: makes ids of batches.
        report: called with each failure.
    """

    store: StorePort
    key_file: KeyFile
    clock: Clock
    utc: UtcNow
    dialer: Dialer
    runner: StoreRunner
    settings: CollectorSettings = field(default_factory=CollectorSettings)
    random_octets: RandomOctets = os.urandom
    new_id: Callable[[], uuid.UUID] = uuid.uuid4
    report: FailureReporter = _report_nothing


class Collector:
    """One collector.

    Args:
        name: what the store calls it; each has its own.
        parts: what it is made of.

    Attributes:
        visits: how many it has made.
    """

    def __init__(self, name: str, parts: CollectorParts) -> None:
        self._name = name
        self._parts = parts
        self._running: dict[asyncio.Task[None], LeasedStore] = {}
        self._woken = asyncio.Event()
        self._stopping = False
        self._fault: BaseException | None = None
        self._context = VisitContext(
            name=name,
            key_file=parts.key_file,
            settings=parts.settings,
            dialer=parts.dialer,
            shapes=ProfileShapeCache(parts.settings.shape_age_s),
            sessions=asyncio.Semaphore(parts.settings.sessions_max),
            random_octets=parts.random_octets,
            new_id=parts.new_id,
            now_s=parts.clock.now_s,
            report=parts.report,
            stopping=lambda: self._stopping,
        )
        self.visits = 0

    def stop(self) -> None:
        """Begin nothing new, end what is under way, give every channel back; `run` returns then."""
        self._stopping = True
        self._woken.set()

    def wake(self) -> None:
        """Ask for work without waiting out the pause: something may be due now."""
        self._woken.set()

    async def run(self, *, once: bool = False) -> None:
        """Work until `stop`.

        Args:
            once: return as soon as nothing is due and nothing is under way.

        Raises:
            Exception: an error of ours in a visit; the others are given back first.
        """
        renewing = asyncio.ensure_future(self._renew())
        renewing.add_done_callback(self._look)
        try:
            while not self._stopping:
                self._woken.clear()
                found = await self._lease()
                if once and not found and not self._running:
                    return
                await self._pause()
        finally:
            renewing.cancel()
            await self._wind_up()

    # ------------------------------------------------------------ leases

    async def _lease(self) -> int:
        """Begin visits while there is room; how many."""
        room = self._parts.settings.visits - len(self._running)
        if room <= 0:
            return 0
        store, now = self._parts.store, self._parts.utc()
        visits = await self._parts.runner.call(lambda: store.lease(self._name, room, now))
        for visit in visits:
            self._begin(visit)
        return len(visits)

    def _begin(self, visit: Visit) -> None:
        leased = LeasedStore(self._parts.store, self._parts.runner, visit.lease, self._parts.utc)
        task = asyncio.ensure_future(_until_lost(ChannelVisit(visit, leased, self._context)))
        self._running[task] = leased
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self.visits += 1
        self._look(task)
        # many short visits end at nearly the same time: room for several is worth one question to the store
        if len(self._running) <= self._parts.settings.visits // 2:
            self._woken.set()

    def _look(self, task: asyncio.Task[None]) -> None:
        """An error of ours ends the collector: it is not to go on as if nothing were."""
        if not task.cancelled() and task.exception() is not None:
            self._fault = task.exception()
            self.stop()

    async def _pause(self) -> None:
        """Until there is room for more, or it is time to ask again."""
        try:
            async with self._parts.clock.deadline(self._parts.settings.idle_s):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _renew(self) -> None:
        """Hold the channels of the visits under way; a visit whose channel is lost ends at once."""
        while True:
            await self._parts.clock.sleep(self._parts.settings.renew_every_s)
            for task, leased in list(self._running.items()):
                try:
                    await leased.renew()
                except LeaseLost:
                    task.cancel()

    async def _wind_up(self) -> None:
        """Let visits end by themselves for a while, then end them."""
        if self._running:
            try:
                async with self._parts.clock.deadline(self._parts.settings.grace_s):
                    await asyncio.wait(list(self._running))
            except TimeoutError:
                pass
        for task in list(self._running):
            task.cancel()
        if self._running:
            await asyncio.wait(list(self._running))
        if self._fault is not None:
            raise self._fault


async def _until_lost(visit: ChannelVisit) -> None:
    """A visit; that its channel is lost ends it in silence, as whoever has it now reports."""
    try:
        await visit.run()
    except LeaseLost:
        return
