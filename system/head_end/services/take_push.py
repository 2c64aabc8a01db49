"""Keep what comes unasked: of a proven meter once, of everybody else as nobody's.

The invocation counter of a push is the number of its event: the largest one that is kept is the mark that the
next must pass, also after the collector was started anew.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from system.config.clock import business_now
from system.config.writer import locked
from system.head_end import desk
from system.head_end.models import Channel, DeviceEvent, MeterAccess
from system.head_end.selectors.due import DAILY
from system.head_end.services.keep_events import keep_events
from system.head_end.services.keep_rows import keep_rows
from system.head_end.vocabulary import ChannelKind, Reason, Registration

#: The log that pushes are kept under, and the name of one that tells no event.
PUSH_LOG, PUSH_NAME = "push", "push"
#: Where refused pushes are kept: a channel of each provider that nobody works behind.
STRANGERS = "Avisos no reconocidos"
#: Reasons that a push disproves: the meter is there.
_SILENT = frozenset({Reason.UNREACHABLE.value, Reason.METER_SILENT.value, Reason.LINE_LOST.value})
_DETAIL = 200


def take_push(push: desk.PushReport) -> bool:
    """Keep a push, within the caller's transaction; False: its counter was used before, or the meter is gone.

    The channel is locked meanwhile, as whoever works behind it writes on the same rows.
    """
    access = _locked(push.device_id)
    if access is None or (push.counter is not None and push.counter <= _mark(push.device_id)):
        return False
    if push.counter is not None:
        keep_events(access.channel, [_event(push, access.device.serial)])
        keep_rows(access.channel, push.batches)
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


def keep_strangers(rows: Sequence[desk.EventRow]) -> int:
    """Keep what was refused, within the caller's transaction, for every provider; how many were new."""
    if not rows:
        return 0
    providers = MeterAccess.objects.filter(state=Registration.CONFIRMED.value)
    found = providers.order_by("provider_id").values_list("provider_id", flat=True).distinct()
    return sum(keep_events(_strangers(provider_id), rows) for provider_id in found)


def _locked(device_id: int) -> MeterAccess | None:
    accesses = MeterAccess.objects.filter(device_id=device_id, state=Registration.CONFIRMED.value)
    channel = locked(Channel.objects.filter(pk__in=accesses.values("channel_id"))).first()
    access: MeterAccess | None = None if channel is None else accesses.select_related("device").first()
    if access is not None and access.channel_id == channel.pk:
        access.channel = channel
        return access
    return None


def _mark(device_id: int) -> int:
    """The largest counter of a push that is kept of a meter; -1: none is."""
    found = DeviceEvent.objects.filter(device_id=device_id, log=PUSH_LOG).aggregate(mark=Max("sequence"))
    return -1 if found["mark"] is None else int(found["mark"])


def _event(push: desk.PushReport, serial: str) -> desk.EventRow:
    return desk.EventRow(
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


def _note(access: MeterAccess, push: desk.PushReport) -> None:
    """A meter that was thought silent is there; that it was read nobody says."""
    access.last_contact_at, access.last_detail = push.at, push.detail[:_DETAIL]
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


def _strangers(provider_id: int) -> Channel:
    made, _ = Channel.objects.get_or_create(
        provider_id=provider_id,
        name=STRANGERS,
        defaults={
            "kind": ChannelKind.DIRECT.value,
            "url": "",
            "enabled": False,
            "due_at": business_now(),
        },
    )
    return made
