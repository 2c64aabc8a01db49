"""Meters behind a channel, by device: what nearly every report of a collector asks for, compiled once."""

from collections.abc import Iterable

from django.db.models import BigIntegerField

from system.config.among import Keys
from system.config.compiled import CompiledQuery
from system.config.writer import locked
from system.head_end.models import MeterAccess

_BEHIND = CompiledQuery(
    lambda channel_id, device_ids: MeterAccess.objects.filter(
        channel_id=channel_id, device_id__among=device_ids
    ),
    channel_id=BigIntegerField(),
    device_ids=Keys(BigIntegerField()),
)
_LOCKED = CompiledQuery(
    lambda channel_id, device_id: locked(
        MeterAccess.objects.filter(channel_id=channel_id, device_id=device_id)
    ),
    channel_id=BigIntegerField(),
    device_id=BigIntegerField(),
)


def accesses_behind(channel_id: int, device_ids: Iterable[int]) -> dict[int, MeterAccess]:
    """Device -> its access, of those that are behind a channel."""
    return {row.device_id: row for row in _BEHIND(channel_id=channel_id, device_ids=set(device_ids))}


def locked_access(channel_id: int, device_id: int) -> MeterAccess | None:
    """The access of a meter behind a channel, held until this transaction ends; None: it is not there."""
    found: MeterAccess | None = _LOCKED.first(channel_id=channel_id, device_id=device_id)
    return found
