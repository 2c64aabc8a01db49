"""Channel leases: one collector at a time works behind a channel, and its contacts are kept.

A collector that comes late finds its lease number outdated. On PostgreSQL several collectors skip what
another one is taking; on SQLite they take turns.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField, Q

from system.config.compiled_queries import CompiledQuery, update
from system.config.transactions import lock_rows
from system.head_end import store_port
from system.head_end.models import Channel, MeterAccess, OrderProgress
from system.head_end.selectors.due_work import DueWork, due_work_of, series_of, visit_of
from system.head_end.selectors.meter_access import accesses_behind
from system.head_end.services.order_lifecycle import OrderEvent, Transition, apply_transition, expire_orders
from system.head_end.services.registration import quarantine_access
from system.head_end.store_port import Contact
from system.head_end.vocabulary import OrderState, Reason, Registration

#: How long a lease lasts; collectors renew well before.
LEASE = timedelta(seconds=settings.COLLECTOR_LEASE_S)
#: How long a channel rests after the first, second … failure in a row, s.
CHANNEL_REST_S = (15, 60, 120, 300, 600, 900)
#: Channels looked at in one go; and so often at most, where nothing is due behind them.
_LOOK, _ROUNDS = 200, 5
#: What taking and giving back write; the rest of a channel is its operator's.
_LEASING = ("leased_by", "leased_until", "lease_number", "due_at")
_RELEASING = ("leased_by", "leased_until", "due_at", "failures", "rests_until", "polled_at")


def lease_channels(collector: str, most: int, now: datetime) -> list[store_port.Visit]:
    """Take up to `most` channels where something is due and nobody works, within the caller's transaction."""
    expire_orders(now)
    visits: list[store_port.Visit] = []
    for _ in range(_ROUNDS):
        wanted = min(most - len(visits), _LOOK)
        rows = _free_channels(wanted, now) if wanted > 0 else []
        if not rows:
            break
        for row in rows:
            mark_unsure(row, now)
        visits += _take(due_work_of(rows, now), collector, now)
    return visits


def _free_channels(most: int, now: datetime) -> list[Channel]:
    free = Channel.objects.filter(enabled=True, due_at__lte=now).filter(
        Q(leased_until__isnull=True) | Q(leased_until__lte=now),
        Q(rests_until__isnull=True) | Q(rests_until__lte=now),
    )
    found: Any = free.order_by("due_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        found = found.select_for_update(skip_locked=True)
    return list(found[:most])


def _take(works: dict[int, DueWork], collector: str, now: datetime) -> list[store_port.Visit]:
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
            lease = store_port.Lease(channel.pk, channel.lease_number, now + LEASE)
            visits.append(visit_of(work, lease, series))
    update(*(work.channel for work in works.values()), fields=_LEASING)
    return visits


_HELD = CompiledQuery(
    lambda channel_id, number: lock_rows(
        Channel.objects.filter(pk=channel_id, lease_number=number).exclude(leased_by="")
    ),
    channel_id=BigIntegerField(),
    number=BigIntegerField(),
)


def lock_leased(lease: store_port.Lease) -> Channel:
    """The channel, locked for this transaction.

    Raises:
        LeaseLost: the lease is another's by now, or was given back.
    """
    found: Channel | None = _HELD.first(channel_id=lease.channel_id, number=lease.number)
    if found is None:
        raise store_port.LeaseLost(f"lease {lease.number} of channel {lease.channel_id} is over")
    return found


def renew_lease(lease: store_port.Lease, now: datetime) -> store_port.Lease:
    """Hold it longer, within the caller's transaction.

    Raises:
        LeaseLost: it is another's by now.
    """
    channel = lock_leased(lease)
    channel.leased_until = now + LEASE
    update(channel, fields=["leased_until"])
    return store_port.Lease(lease.channel_id, lease.number, now + LEASE)


def release_lease(lease: store_port.Lease, now: datetime, reason: Reason | None) -> None:
    """Give it back, within the caller's transaction.

    Raises:
        LeaseLost: it is another's by now.
    """
    channel = lock_leased(lease)
    mark_unsure(channel, now)
    channel.leased_by, channel.leased_until, channel.due_at = "", None, now
    if reason is None:
        channel.failures, channel.rests_until = 0, None
        channel.polled_at = now if channel.uplink_url else None
    elif reason is not Reason.COLLECTOR_STOPPED:
        rest_s = CHANNEL_REST_S[min(channel.failures, len(CHANNEL_REST_S) - 1)]
        channel.failures += 1
        channel.rests_until = now + timedelta(seconds=rest_s)
    update(channel, fields=_RELEASING)


def mark_unsure(channel: Channel, now: datetime) -> None:
    """Mark as unsure what is still RUNNING under a former lease of a channel: the outcome is unknown."""
    if not channel.leased_by:
        return
    running: Any = OrderProgress.objects.select_for_update().filter(
        lease_channel=channel, state=OrderState.RUNNING.value
    )
    for progress in running:
        what = Transition(
            OrderEvent.LOSE,
            now,
            Reason.COLLECTOR_STOPPED,
            collector=channel.leased_by,
            lease_number=progress.lease_number,
        )
        apply_transition(progress, what)
        # whoever comes next looks first, and at once: the answer is waiting in the meter
        OrderProgress.objects.filter(pk=progress.pk).update(next_try_at=now)


#: How long a meter rests after the first, second … failure in a row, s; its orders go by their own time.
METER_REST_S = (60, 120, 300, 600, 1800, 3600)
#: Reasons after which a meter is not spoken with until somebody looked.
_QUARANTINE = frozenset({Reason.WRONG_SERIAL, Reason.SCALER_CHANGED})
_DETAIL = 200
#: What a contact writes down; whatever else of the rows somebody changes meanwhile stays as he wants it.
_OF_BOTH = ("last_contact_at", "last_ok_at", "last_reason", "last_detail", "failing_since", "clock_off_s")
_OF_METERS = (
    *_OF_BOTH,
    "failures",
    "rests_until",
    "events_seen_at",
    "clock_seen_at",
    "doubt",
    "doubt_since",
)


def store_contacts(channel: Channel, contacts: Sequence[Contact]) -> None:
    """Write contacts on channel and meters, within the caller's transaction, which holds the lease."""
    spoken_with = [one.device_id for one in contacts if one.device_id is not None]
    accesses = accesses_behind(channel.pk, spoken_with) if spoken_with else {}
    for contact in sorted(contacts, key=lambda one: one.at):
        if contact.device_id is None:
            _note(channel, contact)
        elif contact.device_id in accesses:
            _note_meter(accesses[contact.device_id], contact)
    update(*accesses.values(), fields=_OF_METERS)
    if any(contact.device_id is None for contact in contacts):
        update(channel, fields=_OF_BOTH)


def _note_meter(access: MeterAccess, contact: Contact) -> None:
    if contact.reason is None:
        access.failures, access.rests_until = 0, None
        access.events_seen_at = contact.at
    elif contact.reason is not Reason.COLLECTOR_STOPPED:
        rest_s = METER_REST_S[min(access.failures, len(METER_REST_S) - 1)]
        access.failures += 1
        access.rests_until = contact.at + timedelta(seconds=rest_s)
    _note(access, contact)
    if contact.clock_off_s is not None:
        access.clock_seen_at = contact.at
        if contact.clock_set and access.doubt == Reason.CLOCK_OFF.value:
            access.doubt, access.doubt_since = "", None
    if contact.reason in _QUARANTINE and access.state == Registration.CONFIRMED.value:
        quarantine_access(access, contact.reason.value, contact.at)
        update(access, fields=["state", "state_reason", "state_since"])


def _note(row: Channel | MeterAccess, contact: Contact) -> None:
    """Note what channel and meter have in common."""
    row.last_contact_at = contact.at
    row.last_detail = contact.detail[:_DETAIL]
    if contact.clock_off_s is not None:
        row.clock_off_s = 0.0 if contact.clock_set else contact.clock_off_s
    if contact.reason is None:
        row.last_ok_at, row.last_reason, row.failing_since = contact.at, "", None
    else:
        row.last_reason = contact.reason.value
        row.failing_since = row.failing_since or contact.at
