"""Leases: who works behind a channel. One at a time; who comes late finds his number outdated.

On PostgreSQL several collectors skip what another one is taking; on SQLite they take turns.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField, Q

from system.config.compiled import CompiledQuery, update
from system.config.writer import locked
from system.head_end import desk
from system.head_end.models import Channel, OrderProgress
from system.head_end.orders.moving import Move, move
from system.head_end.orders.transitions import OrderEvent
from system.head_end.selectors.due import Work, series_of, visit_of, work_of
from system.head_end.services.expire_orders import expire_orders
from system.head_end.vocabulary import OrderState, Reason

#: How long a lease lasts; collectors renew well before.
LEASE = timedelta(seconds=settings.COLLECTOR_LEASE_S)
#: How long a channel rests after the first, second … failure in a row, s.
REST_S = (15, 60, 120, 300, 600, 900)
#: Channels looked at in one go; and so often at most, where nothing is due behind them.
_LOOK, _ROUNDS = 200, 5
#: What taking and giving back write; the rest of a channel is its operator's.
_LEASING = ("leased_by", "leased_until", "lease_number", "due_at")
_RELEASING = ("leased_by", "leased_until", "due_at", "failures", "rests_until", "polled_at")


def lease_channels(collector: str, most: int, now: datetime) -> list[desk.Visit]:
    """Take up to `most` channels where something is due and nobody works, within the caller's transaction."""
    expire_orders(now)
    visits: list[desk.Visit] = []
    for _ in range(_ROUNDS):
        wanted = min(most - len(visits), _LOOK)
        rows = _free(wanted, now) if wanted > 0 else []
        if not rows:
            break
        for row in rows:
            lose(row, now)
        visits += _take(work_of(rows, now), collector, now)
    return visits


def _free(most: int, now: datetime) -> list[Channel]:
    free = Channel.objects.filter(enabled=True, due_at__lte=now).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lte=now),
        Q(rests_until__isnull=True) | Q(rests_until__lte=now),
    )
    found: Any = free.order_by("due_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    return list(found[:most])


def _take(works: dict[int, Work], collector: str, now: datetime) -> list[desk.Visit]:
    """Lease where there is work; look elsewhere again when there will be."""
    busy = [work for work in works.values() if not work.nothing]
    series = series_of(busy)
    visits = []
    for work in works.values():
        channel = work.channel
        channel.leased_by, channel.leased_until = "", None
        if work.nothing:
            channel.due_at = work.due_at(now)
        else:
            channel.lease_number += 1
            channel.leased_by, channel.leased_until = collector[:100], now + LEASE
            lease = desk.Lease(channel.pk, channel.lease_number, now + LEASE)
            visits.append(visit_of(work, lease, series))
    update(*(work.channel for work in works.values()), fields=_LEASING)
    return visits


_HELD = CompiledQuery(
    lambda channel_id, number: locked(
        Channel.objects.filter(pk=channel_id, lease_number=number).exclude(leased_by="")
    ),
    channel_id=BigIntegerField(),
    number=BigIntegerField(),
)


def held(lease: desk.Lease) -> Channel:
    """The channel, locked for this transaction.

    Raises:
        LeaseLost: the lease is another's by now, or was given back.
    """
    found: Channel | None = _HELD.first(channel_id=lease.channel_id, number=lease.number)
    if found is None:
        raise desk.LeaseLost(f"lease {lease.number} of channel {lease.channel_id} is over")
    return found


def renew_lease(lease: desk.Lease, now: datetime) -> desk.Lease:
    """Hold it longer, within the caller's transaction.

    Raises:
        LeaseLost: it is another's by now.
    """
    channel = held(lease)
    channel.leased_until = now + LEASE
    update(channel, fields=["leased_until"])
    return desk.Lease(lease.channel_id, lease.number, now + LEASE)


def release_lease(lease: desk.Lease, now: datetime, reason: Reason | None) -> None:
    """Give it back, within the caller's transaction.

    Raises:
        LeaseLost: it is another's by now.
    """
    channel = held(lease)
    lose(channel, now)
    channel.leased_by, channel.leased_until, channel.due_at = "", None, now
    if reason is None:
        channel.failures, channel.rests_until = 0, None
        channel.polled_at = now if channel.uplink_url else None
    elif reason is not Reason.COLLECTOR_STOPPED:
        rest_s = REST_S[min(channel.failures, len(REST_S) - 1)]
        channel.failures += 1
        channel.rests_until = now + timedelta(seconds=rest_s)
    update(channel, fields=_RELEASING)


def lose(channel: Channel, now: datetime) -> None:
    """What is still RUNNING under a former lease of a channel: nobody knows what the meters did."""
    if not channel.leased_by:
        return
    running: Any = OrderProgress.objects.select_for_update().filter(
        lease_channel=channel, state=OrderState.RUNNING.value
    )
    for progress in running:
        what = Move(
            OrderEvent.LOSE,
            now,
            Reason.COLLECTOR_STOPPED,
            collector=channel.leased_by,
            lease_number=progress.lease_number,
        )
        move(progress, what)
        # whoever comes next looks first, and at once: the answer is waiting in the meter
        OrderProgress.objects.filter(pk=progress.pk).update(next_try_at=now)
