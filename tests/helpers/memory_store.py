"""A store in memory: decides what is due and keeps what comes, as the store does; for tests."""

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from memory_rows import ChannelPlan, MeterPlan, OrderLine

from system.head_end.store_port import (
    Channel,
    Column,
    Contact,
    DueOrder,
    EventRow,
    FoundMeter,
    Gap,
    Lease,
    LeaseLost,
    MeterTarget,
    OrderReport,
    PushReport,
    PushSender,
    RowBatch,
    StoreResult,
    Visit,
)
from system.head_end.vocabulary import ENDED, ChannelKind, OrderKind, OrderState, Reason, Source

CLOCK_OFF_MAX_S = 1_800.0
_OPEN = (OrderState.WAITING, OrderState.UNSURE)
_BACK_OFF_S, _BACK_OFF_MAX_S = 30.0, 900.0


class MemoryStore:
    """The store.

    Args:
        lease_s: how long a lease lasts.
        uplink_every_s: how often concentrators are visited for what they hold.

    Attributes:
        values: what was kept: (device, profile, column, instant) -> raw value.
        contradicted: rows that came again with other values.
        quarantined: batches that are not believed, and why.
        events: what was kept, once.
        contacts, found, leases: what was handed in, in order.
        counters: device -> lowest counter that nobody was given.
        titles: system title -> device; names: device -> what it calls itself.
        pushes, strangers: what came unasked and was kept, and what was refused.
    """

    def __init__(self, *, lease_s: float = 60.0, uplink_every_s: float = 3_600.0) -> None:
        self.lease_s = lease_s
        self.uplink_every_s = uplink_every_s
        self.channels: dict[int, ChannelPlan] = {}
        self.orders: dict[uuid.UUID, OrderLine] = {}
        self.values: dict[tuple[int, str, Column, datetime], int | None] = {}
        self.contradicted: list[tuple[int, str, datetime]] = []
        self.quarantined: list[tuple[RowBatch, Reason]] = []
        self.batches: dict[uuid.UUID, StoreResult] = {}
        self.events: dict[tuple[int | None, str, datetime, int, int], EventRow] = {}
        self.contacts: list[Contact] = []
        self.found: list[FoundMeter] = []
        self.leases: list[tuple[str, int]] = []
        self.releases: list[Reason | None] = []
        self.counters: dict[int, int] = {}
        self.covered: dict[tuple[int, str], datetime] = {}
        self.titles: dict[str, int] = {}
        self.names: dict[int, frozenset[str]] = {}
        self.pushes: list[PushReport] = []
        self.refused_pushes: list[EventRow] = []
        self.before: Callable[[str], None] = lambda name: None
        self._series: dict[int, dict[tuple[str, int], Column]] = {}
        self._lock = threading.RLock()

    # ------------------------------------------------------------ for tests

    def add_channel(self, channel: Channel, *plans: MeterPlan) -> None:
        """A channel and what is wanted behind it."""
        self.channels[channel.id] = ChannelPlan(channel, {plan.meter.device_id: plan for plan in plans})

    def add_order(
        self, kind: OrderKind, meter: MeterTarget, deadline: datetime, **parameters: Any
    ) -> uuid.UUID:
        """An order; its id."""
        order_id = uuid.uuid5(uuid.NAMESPACE_OID, f"order {len(self.orders)}")
        self.orders[order_id] = OrderLine(DueOrder(order_id, kind, meter, parameters, deadline))
        return order_id

    def instants(self, device_id: int, profile: str) -> list[datetime]:
        """Instants of the rows that are kept of a profile."""
        return sorted({key[3] for key in self.values if key[:2] == (device_id, profile)})

    def series(self, device_id: int, profile: str, obis: str) -> list[int | None]:
        """The kept values of a column, oldest first."""
        found = {
            at: value
            for (device, name, column, at), value in self.values.items()
            if (device, name, column.obis) == (device_id, profile, obis)
        }
        return [found[at] for at in sorted(found)]

    def open_gaps(self, now: datetime) -> list[Gap]:
        """What is still missing."""
        return [gap for plan in self.channels.values() for gap in self._gaps(plan, now, patient=False)]

    def reasons(self, device_id: int | None) -> list[Reason]:
        """Why contacts with a device failed, in order."""
        return [item.reason for item in self.contacts if item.device_id == device_id and item.reason]

    # ------------------------------------------------------------ what is due

    def lease(self, collector: str, most: int, now: datetime) -> Sequence[Visit]:
        with self._lock:
            self.before("lease")
            found = []
            for plan in self.channels.values():
                if len(found) < most and plan.until <= now and plan.next_at <= now:
                    visit = self._visit(plan, now)
                    if visit is not None:
                        self.leases.append((collector, plan.channel.id))
                        found.append(visit)
            return found

    def _visit(self, plan: ChannelPlan, now: datetime) -> Visit | None:
        devices = plan.meters
        for line in self.orders.values():
            if line.state is OrderState.RUNNING and line.work.meter.device_id in devices:
                line.state = OrderState.UNSURE  # who began it is gone
            if line.state is OrderState.WAITING and now > line.work.deadline:
                line.state = OrderState.EXPIRED
        orders = tuple(
            replace(line.work, unsure=line.state is OrderState.UNSURE)
            for line in self.orders.values()
            if line.state in _OPEN and line.next_at <= now and line.work.meter.device_id in devices
        )
        gaps = tuple(self._gaps(plan, now, patient=True))
        ready = [item for item in plan.meters.values() if item.next_at <= now]
        clocks = tuple(item.meter for item in ready if item.clock and self._is_due(item, item.clock_at, now))
        events = tuple(
            Gap(item.meter, log, item.logs_at, now)
            for item in ready
            if self._is_due(item, item.logs_at, now)
            for log in item.logs
        )
        pull = bool(plan.channel.uplink_url) and (
            plan.visited_at is None or (now - plan.visited_at).total_seconds() >= self.uplink_every_s
        )
        if not (orders or gaps or clocks or events or pull):
            return None
        plan.number += 1
        plan.until = now + timedelta(seconds=self.lease_s)
        plan.visited_at = now if pull else plan.visited_at
        return Visit(
            Lease(plan.channel.id, plan.number, plan.until),
            plan.channel,
            orders,
            gaps,
            clocks,
            events,
            discover=pull,
            reading_cursor=plan.reading_cursor,
            event_cursor=plan.event_cursor,
            meters=tuple(item.meter for item in plan.meters.values()),
            series={device: tuple(known.values()) for device, known in self._series.items()},
        )

    @staticmethod
    def _is_due(plan: MeterPlan, last: datetime, now: datetime) -> bool:
        return (now - last).total_seconds() >= plan.every_s

    def _gaps(self, plan: ChannelPlan, now: datetime, *, patient: bool) -> list[Gap]:
        gaps = []
        for item in plan.meters.values():
            if patient and item.next_at > now:
                continue
            for profile, period_s in item.profiles.items():
                after = self.covered.get((item.meter.device_id, profile), item.since)
                whole = int((now - timedelta(seconds=60)).timestamp() // period_s) * period_s
                to = datetime.fromtimestamp(whole, UTC)
                if to > after and (not patient or (to - after).total_seconds() >= item.every_s):
                    gaps.append(Gap(item.meter, profile, after, to))
        return gaps

    # ------------------------------------------------------------ leases

    def _held(self, lease: Lease, name: str) -> ChannelPlan:
        self.before(name)
        plan = self.channels[lease.channel_id]
        if plan.number != lease.number:
            raise LeaseLost(f"channel {lease.channel_id} has lease {plan.number}, not {lease.number}")
        return plan

    def renew(self, lease: Lease, now: datetime) -> Lease:
        with self._lock:
            plan = self._held(lease, "renew")
            plan.until = now + timedelta(seconds=self.lease_s)
            return replace(lease, until=plan.until)

    def release(self, lease: Lease, now: datetime, reason: Reason | None = None) -> None:
        with self._lock:
            plan = self._held(lease, "release")
            plan.number += 1
            plan.until = now
            plan.failures = 0 if reason is None else plan.failures + 1
            if reason not in (None, Reason.COLLECTOR_STOPPED):
                plan.next_at = now + _back_off(plan.failures)
            self.releases.append(reason)

    def reserve_counters(self, lease: Lease, device_id: int, many: int, at_least: int = 0) -> int:
        with self._lock:
            self._held(lease, "reserve_counters")
            first = max(self.counters.get(device_id, 1), at_least)
            self.counters[device_id] = first + many
            return first

    # ------------------------------------------------------------ what comes

    def keep_rows(self, lease: Lease, batches: Sequence[RowBatch]) -> Sequence[StoreResult]:
        with self._lock:
            self._held(lease, "keep_rows")
            return [self._keep(batch) for batch in batches]

    def _keep(self, batch: RowBatch) -> StoreResult:
        if batch.id in self.batches:
            return self.batches[batch.id]
        kept = self.batches[batch.id] = self._judge(batch)
        return kept

    def _judge(self, batch: RowBatch) -> StoreResult:
        known = self._series.setdefault(batch.device_id, {})
        doubt = None
        if abs(batch.clock_off_s or 0.0) > CLOCK_OFF_MAX_S:
            doubt = Reason.CLOCK_OFF
        if any(known.setdefault((item.obis, item.attribute), item) != item for item in batch.columns):
            doubt = Reason.SCALER_CHANGED
        if doubt is not None:
            self.quarantined.append((batch, doubt))
            return StoreResult(0, 0, quarantined=doubt)
        new = same = other = 0
        for row in batch.rows:
            keys = [(batch.device_id, batch.profile, column, row.ends_at) for column in batch.columns]
            before = [self.values.get(key, "nothing") for key in keys]
            if all(item == "nothing" for item in before):
                self.values.update(zip(keys, row.values, strict=True))
                new += 1
            elif before == list(row.values):
                same += 1
            else:
                self.contradicted.append((batch.device_id, batch.profile, row.ends_at))
                other += 1
        self._cover(batch)
        return StoreResult(new, same, other)

    def _cover(self, batch: RowBatch) -> None:
        key = batch.device_id, batch.profile
        plan = next(
            item.meters[batch.device_id] for item in self.channels.values() if batch.device_id in item.meters
        )
        upto = self.covered.get(key, plan.since)
        if batch.covered is not None and batch.covered[0] <= upto:
            upto = max(upto, batch.covered[1])
        step = timedelta(seconds=batch.period_s)
        kept = set(self.instants(*key)) if batch.source is Source.CONCENTRATOR and batch.period_s else set()
        while upto + step in kept:
            upto += step
        self.covered[key] = upto

    def keep_events(self, lease: Lease, rows: Sequence[EventRow], cursor: int | None = None) -> int:
        with self._lock:
            plan = self._held(lease, "keep_events")
            before = len(self.events)
            for row in rows:
                self.events.setdefault((row.device_id, row.log, row.at, row.code, row.sequence), row)
                if row.device_id in plan.meters and row.log != "uplink":
                    meter = plan.meters[row.device_id]
                    meter.logs_at = max(meter.logs_at, row.at)
            plan.event_cursor = max(plan.event_cursor, cursor or 0)
            return len(self.events) - before

    def keep_reading_cursor(self, lease: Lease, cursor: int) -> None:
        with self._lock:
            self._held(lease, "keep_reading_cursor").reading_cursor = cursor

    def keep_found(self, lease: Lease, found: Sequence[FoundMeter], now: datetime) -> None:
        with self._lock:
            self._held(lease, "keep_found")
            self.found += found

    def keep_contacts(self, lease: Lease, contacts: Sequence[Contact]) -> None:
        with self._lock:
            plan = self._held(lease, "keep_contacts")
            for contact in contacts:
                self.contacts.append(contact)
                item = plan.meters.get(contact.device_id or 0)
                if item is None:
                    continue
                item.failures = 0 if contact.reason is None else item.failures + 1
                item.next_at = contact.at if contact.reason is None else contact.at + _back_off(item.failures)
                if contact.reason is None:
                    item.clock_at = contact.at
                    item.logs_at = max(item.logs_at, contact.at - timedelta(seconds=item.every_s / 2))

    # ------------------------------------------------------------ what comes unasked

    def push_sender(self, title: str, names: Sequence[str] = ()) -> PushSender | None:
        with self._lock:
            named = [device for device, known in self.names.items() if known & set(names)]
            device_id = self.titles.get(title) if title else (named[0] if len(named) == 1 else None)
            for plan in self.channels.values():
                if device_id in plan.meters:
                    known = tuple(self._series.get(device_id, {}).values())
                    return PushSender(
                        plan.meters[device_id].meter, self.names.get(device_id, frozenset()), known
                    )
            return None

    def keep_push(self, push: PushReport) -> bool:
        with self._lock:
            self.before("keep_push")
            plan = next((plan for plan in self.channels.values() if push.device_id in plan.meters), None)
            marks = [one.counter for one in self.pushes if one.device_id == push.device_id]
            if plan is None or (push.counter is not None and push.counter <= max(marks, default=-1)):
                return False
            if push.counter is not None:
                self.pushes.append(push)
                for batch in push.batches:
                    self._keep(batch)
            if push.visit:
                meter = plan.meters[push.device_id]
                meter.next_at = plan.next_at = push.at
                meter.logs_at = min(meter.logs_at, push.at - timedelta(seconds=meter.every_s))
            return True

    def keep_refused_pushes(self, rows: Sequence[EventRow]) -> int:
        with self._lock:
            self.refused_pushes += rows
            return len(rows)

    # ------------------------------------------------------------ orders

    def may_begin(self, lease: Lease, order: OrderReport) -> bool:
        with self._lock:
            self._held(lease, "may_begin")
            line = self.orders[order.order_id]
            if line.state not in _OPEN or order.at > line.work.deadline:
                return False
            line.state = OrderState.RUNNING
            line.history.append(line.state)
            line.work = replace(line.work, attempt=line.work.attempt + 1)
            return True

    def report(self, lease: Lease, order: OrderReport) -> None:
        with self._lock:
            self._held(lease, "report")
            line = self.orders[order.order_id]
            if line.state in ENDED:
                return
            line.state, line.reason, line.result = order.state, order.reason, order.result
            line.history.append(order.state)
            line.next_at = order.at + timedelta(seconds=_BACK_OFF_S)
            line.work = replace(line.work, evidence={**line.work.evidence, **order.evidence})


def _back_off(failures: int) -> timedelta:
    return timedelta(seconds=min(_BACK_OFF_MAX_S, _BACK_OFF_S * 2 ** min(failures, 10)))


def direct(channel_id: int, url: str, *, framing: str = "wrapper", name: str = "") -> Channel:
    """A channel to a lone meter."""
    return Channel(channel_id, ChannelKind.DIRECT, name or f"direct {channel_id}", url, framing)
