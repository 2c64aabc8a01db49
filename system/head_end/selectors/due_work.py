"""Due work behind channels: orders, gaps, clocks, logs and polls, and when there will be more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from system.head_end import store_port
from system.head_end.models import Channel, FieldRules, MeterAccess, OrderProgress
from system.head_end.selectors.meter_access import (
    columns_of,
    confirmed_accesses,
    in_chunks,
    rules_of,
    target_of,
)
from system.head_end.selectors.reading_gaps import GapFinder
from system.head_end.vocabulary import ChannelKind, OrderKind, OrderState

_OPEN = (OrderState.WAITING.value, OrderState.UNSURE.value)
#: Orders of one meter that one visit takes; the others come with the next.
PER_METER = 20


def due_orders(
    accesses: Sequence[MeterAccess], now: datetime
) -> Iterator[tuple[MeterAccess, store_port.DueOrder | None, datetime]]:
    """(meter, order, now) of what is due, in the order of asking; (meter, None, when) of what will be.

    An order that comes after another is due with it, or once that one is done; only then may it begin.
    """
    by_device = {access.device_id: access for access in accesses}
    given: set[object] = set()
    count: Counter[int] = Counter()
    for row in _open_orders(list(by_device)):
        access, order = by_device[row.device_id], row.order
        if row.next_try_at > now:
            yield access, None, row.next_try_at
            continue
        if not _may_follow(row, given) or count[row.device_id] >= PER_METER:
            continue
        given.add(order.pk)
        count[row.device_id] += 1
        yield access, _due_order(access, row), now


def _open_orders(device_ids: Sequence[int]) -> Iterator[OrderProgress]:
    for part in in_chunks(device_ids):
        yield from (
            OrderProgress.objects.filter(device_id__in=part, state__in=_OPEN)
            .select_related("order", "order__after__progress")
            .order_by("order__asked_at", "order__position", "order_id")
        )


def _may_follow(row: OrderProgress, given: set[object]) -> bool:
    after = row.order.after
    return after is None or after.pk in given or after.progress.state == OrderState.DONE.value


def _due_order(access: MeterAccess, row: OrderProgress) -> store_port.DueOrder:
    return store_port.DueOrder(
        id=row.order.pk,
        kind=OrderKind(row.order.kind),
        meter=target_of(access),
        parameters=row.order.parameters,
        deadline=row.deadline,
        attempt=row.attempts + 1,
        unsure=row.unsure,
        evidence=row.evidence,
    )


#: Clocks are looked at and logs are read so often.
DAILY = timedelta(hours=20)
#: A channel is looked at anew after so long even where nothing says so.
LATEST = timedelta(hours=1)


@dataclass(slots=True)
class DueWork:
    """Due work behind one channel.

    Args:
        later: when something will be due that is not yet.
    """

    channel: Channel
    rules: FieldRules
    orders: list[store_port.DueOrder] = field(default_factory=list)
    gaps: list[store_port.Gap] = field(default_factory=list)
    clocks: list[store_port.MeterTarget] = field(default_factory=list)
    events: list[store_port.Gap] = field(default_factory=list)
    poll: bool = False
    later: list[datetime] = field(default_factory=list)
    meters: list[MeterAccess] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """True where there is nothing to do now."""
        return not (self.orders or self.gaps or self.clocks or self.events or self.poll)

    def due_at(self, now: datetime) -> datetime:
        """Time to look again, where nothing is due now."""
        return min([instant for instant in self.later if instant > now] + [now + LATEST])


def due_work_of(channels: Sequence[Channel], now: datetime) -> dict[int, DueWork]:
    """The work behind channels, by the channel's key; so many questions, however many channels."""
    rules = {provider_id: rules_of(provider_id) for provider_id in {row.provider_id for row in channels}}
    works = {row.pk: DueWork(row, rules[row.provider_id]) for row in channels}
    for access in confirmed_accesses(works):
        works[access.channel_id].meters.append(access)
    _add_orders(works, now)
    _add_gaps(works, now)
    for work in works.values():
        _add_daily(work, now)
        _add_poll(work, now)
    return works


def _add_orders(works: dict[int, DueWork], now: datetime) -> None:
    accesses = [access for work in works.values() for access in work.meters]
    for access, order, next_at in due_orders(accesses, now):
        if order is not None:
            works[access.channel_id].orders.append(order)
        else:
            works[access.channel_id].later.append(next_at)


def _add_gaps(works: dict[int, DueWork], now: datetime) -> None:
    finder = GapFinder([access for work in works.values() for access in work.meters], now)
    for work in works.values():
        patience_s = work.channel.patience_s if work.channel.uplink_url else 0
        for access in work.meters:
            gaps = finder.gaps(access, patience_s)
            if not gaps:
                continue
            ready_at = _ready_at(access, finder.ran_at(access))
            if ready_at is not None and ready_at > now:
                work.later.append(ready_at)
            else:
                work.gaps += gaps
        work.later += finder.next_runs()


#: A gap that stays open although the meter was spoken with is asked for again after this.
_AGAIN = timedelta(minutes=15)


def _ready_at(access: MeterAccess, ran_at: datetime | None) -> datetime | None:
    """Time from which a meter may be asked for more than orders; None: now."""
    if access.rests_until is not None:
        return access.rests_until
    if access.last_ok_at is not None and ran_at is not None and access.last_ok_at >= ran_at:
        return access.last_ok_at + _AGAIN
    return None


def _add_daily(work: DueWork, now: datetime) -> None:
    """Clocks and logs, of meters that are not resting."""
    for access in work.meters:
        if access.rests_until is not None and access.rests_until > now:
            work.later.append(access.rests_until)
            continue
        if access.clock_seen_at is None or access.clock_seen_at + DAILY <= now:
            work.clocks.append(target_of(access))
        since = access.events_seen_at
        if since is None or since + DAILY <= now:
            after = since or access.wanted_since
            work.events += [
                store_port.Gap(target_of(access), log, min(after, now), now)
                for log in logs_of(access, work.rules)
            ]
        work.later += [seen + DAILY for seen in (access.clock_seen_at, since) if seen is not None]


def logs_of(access: MeterAccess, rules: FieldRules) -> list[str]:
    """The logs that are read of a meter."""
    if access.event_logs == "-":
        return []
    return (access.event_logs or rules.event_logs).split()


def _add_poll(work: DueWork, now: datetime) -> None:
    channel = work.channel
    if channel.kind != ChannelKind.CONCENTRATOR.value or not channel.uplink_url:
        return
    due = channel.polled_at + timedelta(seconds=channel.poll_s) if channel.polled_at else now
    work.poll = due <= now
    work.later.append(due)


def visit_of(
    work: DueWork, lease: store_port.Lease, series: dict[int, tuple[store_port.Column, ...]]
) -> store_port.Visit:
    """The work as a collector gets it."""
    channel = work.channel
    return store_port.Visit(
        lease=lease,
        channel=store_port.Channel(
            id=channel.pk,
            kind=ChannelKind(channel.kind),
            name=channel.name,
            url=channel.url,
            framing=channel.framing,
            uplink_url=channel.uplink_url,
            secret_name=channel.secret_name,
            sessions_max=channel.sessions_max,
        ),
        orders=tuple(work.orders),
        gaps=tuple(work.gaps),
        clocks=tuple(work.clocks),
        events=tuple(work.events),
        discover=work.poll,
        reading_cursor=channel.reading_cursor,
        event_cursor=channel.event_cursor,
        meters=tuple(target_of(access) for access in work.meters),
        series={
            access.device_id: series[access.device_id] for access in work.meters if access.device_id in series
        },
        clock_set_max_s=float(work.rules.clock_set_max_s),
    )


def series_of(works: Iterable[DueWork]) -> dict[int, tuple[store_port.Column, ...]]:
    """Known columns of meters behind concentrators, whose own rows bear no scaler."""
    devices = [access.device_id for work in works if work.channel.uplink_url for access in work.meters]
    found: dict[int, list[store_port.Column]] = defaultdict(list)
    for device_id, column in columns_of(devices):
        if column not in found[device_id]:
            found[device_id].append(column)
    return {device_id: tuple(columns) for device_id, columns in found.items()}
