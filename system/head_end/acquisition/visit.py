"""Visit of a channel: everything that is due behind it, in its order; each failure is reported to the store.

One session does all that is due at a meter; orders go before everything else.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from protocols.dlms.session.errors import AccessRefused, ActionRefused
from system.head_end.acquisition.cosem_reads import ProfileShapeCache
from system.head_end.acquisition.failures import DEVICE_FAULTS, ClockTooFar, Failure, failure_of
from system.head_end.acquisition.key_file import KeyFile
from system.head_end.acquisition.leased_store import Dialer, LeasedStore, RandomOctets, contact_of
from system.head_end.acquisition.meter_session import Connection, MeterSession, SessionOpener
from system.head_end.acquisition.orders.controls import correct_clock
from system.head_end.acquisition.orders.execution import execute_order, postpone_orders
from system.head_end.acquisition.profile_reading import NewId, read_events, read_gap
from system.head_end.acquisition.settings import CollectorSettings
from system.head_end.acquisition.uplink import NONCE_OCTETS, PulledRows, UplinkSession, UplinkWork
from system.head_end.store_port import DueOrder, Gap, LeaseLost, MeterTarget, Visit
from system.head_end.vocabulary import ChannelKind, Reason


@dataclass(slots=True)
class MeterWork:
    """Work that is due at one meter."""

    meter: MeterTarget
    orders: list[DueOrder] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    clock: bool = False
    events: list[Gap] = field(default_factory=list)

    @property
    def profiles(self) -> tuple[str, ...]:
        """Profiles and logs that will be read, each once."""
        return tuple(dict.fromkeys(gap.profile for gap in (*self.gaps, *self.events)))


def stages(visit: Visit) -> list[list[MeterWork]]:
    """The work in stages; within one, meters may be spoken with at once.

    A lone meter has one stage: what is due there is done in one session. Behind a concentrator no meter's
    readings keep another meter's order waiting.
    """
    whole = work_by_meter(visit.orders, visit.gaps, visit.clocks, visit.events)
    if len(whole) <= 1:
        return [whole] if whole else []
    first = work_by_meter(orders=visit.orders)
    rest = work_by_meter((), visit.gaps, visit.clocks, visit.events)
    return [stage for stage in (first, rest) if stage]


def work_by_meter(
    orders: Iterable[DueOrder] = (),
    gaps: Iterable[Gap] = (),
    clocks: Iterable[MeterTarget] = (),
    events: Iterable[Gap] = (),
) -> list[MeterWork]:
    """Due work by meter, in the order in which meters are first named."""
    works: dict[int, MeterWork] = {}

    def at(meter: MeterTarget) -> MeterWork:
        return works.setdefault(meter.device_id, MeterWork(meter))

    for order in orders:
        at(order.meter).orders.append(order)
    for gap in gaps:
        at(gap.meter).gaps.append(gap)
    for meter in clocks:
        at(meter).clock = True
    for log in events:
        at(log.meter).events.append(log)
    return list(works.values())


#: Octets of the longest APDU: what a message of the wire behind a concentrator carries, or a wrapper.
_OCTETS_MAX = {ChannelKind.CONCENTRATOR: 1_021, ChannelKind.DIRECT: 0xFFFF}
#: Told of each failure: channel, serial of the meter (empty: the channel itself), why.
FailureReporter = Callable[[str, str, Failure], None]


@dataclass(frozen=True, slots=True)
class VisitContext:
    """Context that all visits of a collector share.

    Args:
        name: of the collector.
        key_file: keys.
        settings: how it works.
        dialer: opens links.
        shapes: of profiles.
        sessions: one permit for each session with a meter.
        random_octets: for challenges and nonces.
        new_id: makes ids of batches.
        now_s: the clock's seconds.
        report: called with failures.
        stopping: whether the collector wants to end.
    """

    name: str
    key_file: KeyFile
    settings: CollectorSettings
    dialer: Dialer
    shapes: ProfileShapeCache
    sessions: asyncio.Semaphore
    random_octets: RandomOctets
    new_id: NewId
    now_s: Callable[[], float]
    report: FailureReporter
    stopping: Callable[[], bool]


class ChannelVisit:
    """The work behind one channel.

    Args:
        visit: what is due.
        store: of its lease.
        around: what all visits share.
    """

    def __init__(self, visit: Visit, store: LeasedStore, context: VisitContext) -> None:
        self._visit = visit
        self._store = store
        self._context = context
        settings = context.settings
        if visit.clock_set_max_s is not None:
            settings = replace(settings, clocks=replace(settings.clocks, set_s=visit.clock_set_max_s))
        self._sessions = SessionOpener(
            context.key_file,
            settings,
            context.shapes,
            context.random_octets,
            store,
            visit.channel.framing,
            _OCTETS_MAX[visit.channel.kind],
        )
        self._lone = visit.channel.kind is ChannelKind.DIRECT
        self._reason: Reason | None = None

    async def run(self) -> None:
        """Do it all, and give the channel back.

        An error of ours is told of as a fault of this channel: whatever a device sends, others are read.

        Raises:
            LeaseLost: it is somebody else's by now; nothing more is reported.
        """
        try:
            await self._work()
        except LeaseLost:
            raise
        except asyncio.CancelledError:
            await self._store.release(Reason.COLLECTOR_STOPPED)
            raise
        except Exception as error:
            failure = failure_of(error.exceptions[0] if isinstance(error, ExceptionGroup) else error)
            self._fail("", failure)
            self._reason = failure.reason
        await self._store.release(self._reason)

    async def _work(self) -> None:
        pulled = PulledRows()
        if self._visit.channel.uplink_url:
            pulled = await self._over_uplink()
        left = [gap for gap in map(pulled.left_of, self._visit.gaps) if gap is not None]
        for stage in stages(replace(self._visit, gaps=tuple(left))):
            await self._meters(stage)

    # ------------------------------------------------------------ the concentrator itself

    async def _over_uplink(self) -> PulledRows:
        begun_s, pulled, off_s = self._context.now_s(), PulledRows(), None
        channel = self._visit.channel
        connection = Connection(self._context.dialer, channel.uplink_url)
        failure: Failure | None = None
        try:
            secret = self._context.key_file.secret(channel.secret_name)
            uplink = UplinkSession(
                await connection.link(),
                secret,
                self._context.random_octets(NONCE_OCTETS),
                name=self._context.name,
                patience_s=self._context.settings.uplink_timeout_s,
                limits=self._context.settings.limits,
            )
            await uplink.open()
            work = UplinkWork(
                uplink, self._visit, self._store, self._context.new_id, self._context.settings.pulls_max
            )
            if self._visit.discover:
                await work.discover()
            off_s = await work.set_clock()
            if self._visit.orders:
                # somebody waits for those: the rows are there a little later, too
                await self._meters(work_by_meter(orders=self._visit.orders))
                self._visit = replace(self._visit, orders=())
            pulled = await work.take_rows()
            await work.take_events()
            await work.take_pushes()
        except DEVICE_FAULTS as error:
            failure = failure_of(error)
            self._fail("", failure)
        finally:
            await connection.drop()
        contact = contact_of(None, self._store.now(), self._context.now_s() - begun_s, failure)
        await self._store.contact(replace(contact, clock_off_s=off_s))
        return pulled

    # ------------------------------------------------------------ meters

    async def _meters(self, works: list[MeterWork]) -> None:
        """Speak with meters, with as many at once as the channel bears."""
        waiting = deque(works)
        many = min(max(1, self._visit.channel.sessions_max), len(works))
        if many == 1:
            await self._one_after_the_other(waiting)
            return
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(many):
                    group.create_task(self._one_after_the_other(waiting))
        except* LeaseLost as lost:
            raise lost.exceptions[0] from None

    async def _one_after_the_other(self, waiting: deque[MeterWork]) -> None:
        connection = Connection(self._context.dialer, self._visit.channel.url)
        try:
            while waiting and not connection.dead and not self._context.stopping():
                work = waiting.popleft()
                async with self._context.sessions:
                    await self._meter(connection, work)
        finally:
            await connection.drop()

    async def _meter(self, connection: Connection, work: MeterWork) -> None:
        begun_s, session = self._context.now_s(), None
        orders = deque(work.orders)
        failure: Failure | None = None
        try:
            async with self._sessions.open(connection, work.meter, work.profiles) as session:
                failure = await self._at(session, work, orders)
        except DEVICE_FAULTS as error:
            failure = self._understood(failure_of(error), connection, session)
            await postpone_orders(self._store, tuple(orders), failure)
        if failure is not None:
            self._fail(work.meter.serial, failure)
            if self._lone or connection.dead:
                self._reason = failure.reason
        took_s = self._context.now_s() - begun_s
        contact = contact_of(work.meter.device_id, self._store.now(), took_s, failure)
        if session is not None:
            contact = replace(contact, clock_off_s=session.clock_off_s, clock_set=session.clock_set)
        await self._store.contact(contact)

    async def _at(self, session: MeterSession, work: MeterWork, orders: deque[DueOrder]) -> Failure | None:
        """All that is due in an open session; the first reading that did not go well and did not end it.

        An order that the meter refuses is told of, and says nothing against the contact with it.
        """
        failures: list[Failure] = []
        while orders and not self._context.stopping():
            failure = await execute_order(session, orders.popleft())
            if failure is not None:
                self._fail(work.meter.serial, failure)
        steps: list[Callable[[], Awaitable[object]]] = []
        steps += [partial(read_gap, session, gap, self._context.new_id) for gap in work.gaps]
        steps += [partial(correct_clock, session)] if work.clock else []
        steps += [partial(read_events, session, log) for log in work.events]
        for step in steps:
            if self._context.stopping():
                break
            try:
                await step()
            except (AccessRefused, ActionRefused, ClockTooFar) as refusal:
                failures.append(failure_of(refusal))
        return failures[0] if failures else None

    def _understood(self, failure: Failure, connection: Connection, session: MeterSession | None) -> Failure:
        """A lone meter that accepts the connection and says nothing is not behind a concentrator."""
        if self._lone and failure.reason is Reason.METER_SILENT:
            return replace(failure, reason=Reason.UNREACHABLE if session is None else Reason.LINE_LOST)
        return failure

    def _fail(self, serial: str, failure: Failure) -> None:
        self._context.report(self._visit.channel.name, serial, failure)
