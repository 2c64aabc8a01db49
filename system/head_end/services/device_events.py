"""Events of meters and concentrators, read or pushed, each kept once.

The invocation counter of a push is the number of its event: the largest one that is kept is the mark that the
next must pass, also after the collector was started anew.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from system.config.clock import business_now
from system.config.transactions import lock_rows
from system.head_end import store_port
from system.head_end.models import Channel, DeviceEvent, MeterAccess
from system.head_end.selectors.due_work import DAILY
from system.head_end.services.readings import store_readings
from system.head_end.store_port import EventRow
from system.head_end.vocabulary import ChannelKind, Reason, Registration

_NAME, _DETAIL = 60, 200
_EVENTS_AT_ONCE = 200


def store_events(channel: Channel, rows: Sequence[EventRow], cursor: int | None = None) -> int:
    """Keep events, within the caller's transaction, which holds the lease; how many were new.

    Args:
        channel: where they came from. Events of meters that are not behind it are kept as the channel's own.
        rows: in any order; those that are known are left out.
        cursor: number up to which the concentrator's events are kept now.
    """
    asked = {row.device_id for row in rows if row.device_id is not None}
    behind = set(
        MeterAccess.objects.filter(channel=channel, device_id__in=asked).values_list("device_id", flat=True)
    )
    now = business_now()
    wanted: dict[tuple[object, ...], DeviceEvent] = {}
    for row in rows:
        event = _device_event(channel, row, behind, now)
        wanted.setdefault((event.subject, event.log, event.code, event.at, event.sequence), event)
    known = _known_events(list(wanted.values()))
    fresh = [event for key, event in wanted.items() if key not in known]
    DeviceEvent.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_EVENTS_AT_ONCE)
    if cursor is not None and cursor > channel.event_cursor:
        channel.event_cursor = cursor
        channel.save(update_fields=["event_cursor"])
    return len(fresh)


def _device_event(channel: Channel, row: EventRow, behind: set[int], now: datetime) -> DeviceEvent:
    known = row.device_id if row.device_id in behind else None
    return DeviceEvent(
        provider_id=channel.provider_id,
        channel=channel,
        device_id=known,
        subject=f"device:{known}" if known else f"channel:{channel.pk}:{row.serial}"[:70],
        serial=row.serial[:40],
        log=row.log[:30],
        code=row.code,
        name=row.name[:_NAME],
        at=row.at,
        sequence=row.sequence,
        alarm=row.alarm,
        detail=row.detail[:_DETAIL],
        received_at=now,
    )


def _known_events(events: Sequence[DeviceEvent]) -> set[tuple[object, ...]]:
    if not events:
        return set()
    found = DeviceEvent.objects.filter(
        subject__in={event.subject for event in events},
        at__gte=min(event.at for event in events),
        at__lte=max(event.at for event in events),
    )
    return set(found.values_list("subject", "log", "code", "at", "sequence"))


#: The log that pushes are kept under, and the name of one that tells no event.
PUSH_LOG, PUSH_NAME = "push", "push"
#: Where refused pushes are kept: a channel of each provider that nobody works behind.
REFUSED_PUSHES = "Avisos no reconocidos"
#: Reasons that a push disproves: the meter is there.
_SILENT = frozenset({Reason.UNREACHABLE.value, Reason.METER_SILENT.value, Reason.LINE_LOST.value})
_PUSH_DETAIL = 200


def store_push(push: store_port.PushReport) -> bool:
    """Keep a push, within the caller's transaction; False: its counter was used before, or the meter is gone.

    The channel is locked meanwhile, as whoever works behind it writes on the same rows.
    """
    access = _locked_access(push.device_id)
    if access is None or (push.counter is not None and push.counter <= _mark(push.device_id)):
        return False
    if push.counter is not None:
        store_events(access.channel, [_push_event(push, access.device.serial)])
        store_readings(access.channel, push.batches)
        _note(access, push)
    if push.visit:
        visit_soon(access, push.at)
    return True


def visit_soon(access: MeterAccess, now: datetime) -> None:
    """Let the next collector come now, and read the logs from where they were read last."""
    access.rests_until = None
    if access.events_seen_at is not None:
        access.events_seen_at = min(access.events_seen_at, now - DAILY)
    access.save(update_fields=["rests_until", "events_seen_at"])
    channel = access.channel
    channel.due_at, channel.rests_until = min(channel.due_at, now), None
    channel.save(update_fields=["due_at", "rests_until"])


def store_refused_pushes(rows: Sequence[store_port.EventRow]) -> int:
    """Keep what was refused, within the caller's transaction, for every provider; how many were new."""
    if not rows:
        return 0
    providers = MeterAccess.objects.filter(state=Registration.CONFIRMED.value)
    found = providers.order_by("provider_id").values_list("provider_id", flat=True).distinct()
    return sum(store_events(_refused_pushes_channel(provider_id), rows) for provider_id in found)


def _locked_access(device_id: int) -> MeterAccess | None:
    accesses = MeterAccess.objects.filter(device_id=device_id, state=Registration.CONFIRMED.value)
    channel = lock_rows(Channel.objects.filter(pk__in=accesses.values("channel_id"))).first()
    access: MeterAccess | None = None if channel is None else accesses.select_related("device").first()
    if access is not None and access.channel_id == channel.pk:
        access.channel = channel
        return access
    return None


def _mark(device_id: int) -> int:
    """The largest counter of a push that is kept of a meter; -1: none is."""
    found = DeviceEvent.objects.filter(device_id=device_id, log=PUSH_LOG).aggregate(mark=Max("sequence"))
    return -1 if found["mark"] is None else int(found["mark"])


def _push_event(push: store_port.PushReport, serial: str) -> store_port.EventRow:
    return store_port.EventRow(
        push.device_id,
        serial,
        PUSH_LOG,
        push.code,
        push.name or PUSH_NAME,
        push.told_at or push.at,
        sequence=push.counter or 0,
        alarm=push.alarm,
        detail=push.detail,
    )


def _note(access: MeterAccess, push: store_port.PushReport) -> None:
    """A meter that was thought silent is there; that it was read nobody says."""
    access.last_contact_at, access.last_detail = push.at, push.detail[:_PUSH_DETAIL]
    if access.last_reason in _SILENT:
        access.last_reason, access.failing_since = "", None
        access.failures, access.rests_until = 0, None
    access.save(
        update_fields=[
            "last_contact_at",
            "last_detail",
            "last_reason",
            "failing_since",
            "failures",
            "rests_until",
        ]
    )


def _refused_pushes_channel(provider_id: int) -> Channel:
    made, _ = Channel.objects.get_or_create(
        provider_id=provider_id,
        name=REFUSED_PUSHES,
        defaults={
            "kind": ChannelKind.DIRECT.value,
            "url": "",
            "enabled": False,
            "due_at": business_now(),
        },
    )
    return made
