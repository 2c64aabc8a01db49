"""Keep what devices told, once."""

from collections.abc import Sequence
from datetime import datetime

from system.config.clock import business_now
from system.head_end.desk import EventRow
from system.head_end.models import Channel, DeviceEvent, MeterAccess

_NAME, _DETAIL = 60, 200
_ASK = 200


def keep_events(channel: Channel, rows: Sequence[EventRow], cursor: int | None = None) -> int:
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
        event = _event(channel, row, behind, now)
        wanted.setdefault((event.subject, event.log, event.code, event.at, event.sequence), event)
    known = _known(list(wanted.values()))
    fresh = [event for key, event in wanted.items() if key not in known]
    DeviceEvent.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=_ASK)
    if cursor is not None and cursor > channel.event_cursor:
        channel.event_cursor = cursor
        channel.save(update_fields=["event_cursor"])
    return len(fresh)


def _event(channel: Channel, row: EventRow, behind: set[int], now: datetime) -> DeviceEvent:
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


def _known(events: Sequence[DeviceEvent]) -> set[tuple[object, ...]]:
    if not events:
        return set()
    found = DeviceEvent.objects.filter(
        subject__in={event.subject for event in events},
        at__gte=min(event.at for event in events),
        at__lte=max(event.at for event in events),
    )
    return set(found.values_list("subject", "log", "code", "at", "sequence"))
