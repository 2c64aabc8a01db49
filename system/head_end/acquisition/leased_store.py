"""Store of a leased channel, awaited: blocking calls of the store port made off the event loop.

In production links are TCP and the store works in a thread; in virtual time links lead into a simulated
world, which must stand still while the store works.
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from links.aio import AsyncLink
from system.head_end.acquisition.failures import Failure
from system.head_end.store_port import (
    Contact,
    EventRow,
    FoundMeter,
    Lease,
    OrderReport,
    RowBatch,
    StorePort,
    StoreResult,
)
from system.head_end.vocabulary import OrderState, Reason

T = TypeVar("T")

#: Calls that go to a thread together.
_TOGETHER = 16

#: Opens the link that a URL names. Raises LinkOpenError or LinkUrlError.
Dialer = Callable[[str], Awaitable[AsyncLink]]
#: The present instant of business, aware, in UTC.
UtcNow = Callable[[], datetime]
#: So many octets that nobody can foresee.
RandomOctets = Callable[[int], bytes]


class StoreRunner(Protocol):
    """Makes a blocking call of the store."""

    async def call(self, ask: Callable[[], T]) -> T:
        """Result of `ask`, or its error."""

    def close(self) -> None:
        """Wait for the calls under way, and free the threads."""


class ThreadRunner:
    """Calls in threads, so that the loop goes on meanwhile; those that wait go to a thread together.

    A change of threads costs as much as a whole exchange with a meter: a hundred sessions that hand in their
    rows at the same time pay for one.

    Args:
        threads: at a time; 1 where the database takes one writer.
    """

    def __init__(self, threads: int = 1) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="store")
        self._idle = threads
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def call(self, ask: Callable[[], T]) -> T:
        """Result of `ask`, or its error. A caller that is cancelled meanwhile never learns the result."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._start)  # whoever is about to call, too, goes along
        self._waiting.append((ask, answered))
        return await answered

    def close(self) -> None:
        """Wait for the calls under way, and free the threads."""
        self._pool.shutdown(wait=True)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._idle:
            self._idle -= 1
            calls = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
            self._pool.submit(self._work, calls, loop)

    def _work(
        self, calls: list[tuple[Callable[[], Any], "asyncio.Future[Any]"]], loop: asyncio.AbstractEventLoop
    ) -> None:
        """In a thread: make the calls one after the other."""
        outcomes = [(answered, _outcome(ask)) for ask, answered in calls if not answered.cancelled()]
        loop.call_soon_threadsafe(self._done, outcomes)

    def _done(self, outcomes: "list[tuple[asyncio.Future[Any], tuple[Any, BaseException | None]]]") -> None:
        for answered, (found, error) in outcomes:
            if answered.done():
                continue
            if error is None:
                answered.set_result(found)
            else:
                answered.set_exception(error)
        self._idle += 1
        self._start()


def _outcome(ask: Callable[[], T]) -> tuple[T | None, BaseException | None]:
    try:
        return ask(), None
    except BaseException as error:
        return None, error


class BlockingRunner:
    """Calls in one thread of their own, each waited for: nothing moves meanwhile, as virtual time wants it.

    A thread of its own, because what is behind the store may refuse to work inside an event loop.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def call(self, ask: Callable[[], T]) -> T:
        """Result of `ask`, or its error."""
        return self._pool.submit(ask).result()

    def close(self) -> None:
        """Free the thread."""
        self._pool.shutdown(wait=True)


P = ParamSpec("P")
#: Contacts that are handed in together.
_CONTACTS_MAX = 50


class LeasedStore:
    """Store of one visit. Every call raises `LeaseLost` once the channel has another lease.

    Args:
        store: blocks.
        runner: makes its calls.
        lease: of the visit.
        utc: the present instant.

    Attributes:
        lease: as it was renewed last.
    """

    __slots__ = ("_contacts", "_runner", "_store", "_utc", "lease")

    def __init__(self, store: StorePort, runner: StoreRunner, lease: Lease, utc: UtcNow) -> None:
        self._store = store
        self._runner = runner
        self._utc = utc
        self._contacts: list[Contact] = []
        self.lease = lease

    def now(self) -> datetime:
        """The present instant."""
        return self._utc()

    async def renew(self) -> None:
        """Hold the channel longer."""
        self.lease = await self._call(self._store.renew, self._utc())

    async def release(self, reason: Reason | None) -> None:
        """Hand in what is left, and give the channel back."""
        store, lease, contacts, now = self._store, self.lease, self._contacts, self._utc()
        self._contacts = []

        def hand_in() -> None:
            if contacts:
                store.keep_contacts(lease, contacts)
            store.release(lease, now, reason)

        await self._runner.call(hand_in)

    async def reserve_counters(self, device_id: int, many: int, at_least: int = 0) -> int:
        """The first of `many` invocation counters that nobody ever used."""
        return await self._call(self._store.reserve_counters, device_id, many, at_least)

    async def keep_rows(self, batches: Sequence[RowBatch]) -> Sequence[StoreResult]:
        """Keep readings, once."""
        return await self._call(self._store.keep_rows, batches)

    async def keep_events(self, rows: Sequence[EventRow], cursor: int | None = None) -> int:
        """Keep events, once; how many were new."""
        return await self._call(self._store.keep_events, rows, cursor)

    async def keep_reading_cursor(self, cursor: int) -> None:
        """The concentrator's rows up to `cursor` are kept."""
        await self._call(self._store.keep_reading_cursor, cursor)

    async def keep_found(self, found: Sequence[FoundMeter]) -> None:
        """Remember whom the concentrator sees."""
        await self._call(self._store.keep_found, found, self._utc())

    async def contact(self, contact: Contact) -> None:
        """Remember that a device was spoken with; handed in with others."""
        self._contacts.append(contact)
        if len(self._contacts) >= _CONTACTS_MAX:
            await self._hand_in()

    async def may_begin(self, order_id: uuid.UUID) -> bool:
        """True where an order may be begun; from now on it counts as running."""
        report = OrderReport(order_id, OrderState.RUNNING, self._utc())
        return await self._call(self._store.may_begin, report)

    async def report(
        self,
        order_id: uuid.UUID,
        state: OrderState,
        failure: Failure | None = None,
        result: Mapping[str, Any] | None = None,
        evidence: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep how an order went."""
        told = dict(result or {})
        if failure is not None and failure.detail:
            told.setdefault("detail", failure.detail)
        report = OrderReport(
            order_id,
            state,
            self._utc(),
            None if failure is None else failure.reason,
            told,
            dict(evidence or {}),
        )
        await self._call(self._store.report, report)

    async def _hand_in(self) -> None:
        if self._contacts:
            contacts, self._contacts = self._contacts, []
            await self._call(self._store.keep_contacts, contacts)

    async def _call(self, method: Callable[Concatenate[Lease, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        lease = self.lease
        return await self._runner.call(lambda: method(lease, *args, **kwargs))


def contact_of(device_id: int | None, at: datetime, took_s: float, failure: Failure | None = None) -> Contact:
    """A contact that went well, or did not."""
    if failure is None:
        return Contact(device_id, at, None, took_s)
    return replace(Contact(device_id, at, failure.reason, took_s), detail=failure.detail)
