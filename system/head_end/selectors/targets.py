"""Meters as the collector is told of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from system.head_end import desk
from system.head_end.models import MeterAccess, Series
from system.head_end.vocabulary import Registration
from system.registry.models import DeviceIdentifier, IdentifierKind

#: Keys of one question.
_ASK = 500


def confirmed(channel_ids: Iterable[int]) -> list[MeterAccess]:
    """The meters behind channels that are spoken with, with their devices and logical names (``ldn``)."""
    found = list(
        MeterAccess.objects.filter(channel_id__in=list(channel_ids), state=Registration.CONFIRMED.value)
        .select_related("device")
        .order_by("channel_id", "sap")
    )
    names = dict(
        pair
        for part in in_parts([access.device_id for access in found])
        for pair in DeviceIdentifier.objects.filter(
            device_id__in=part, kind=IdentifierKind.LDN, valid_to__isnull=True
        ).values_list("device_id", "value")
    )
    for access in found:
        access.ldn = names.get(access.device_id, "")
    return found


def target_of(access: MeterAccess) -> desk.MeterTarget:
    """A meter of `confirmed`."""
    return desk.MeterTarget(
        device_id=access.device_id,
        serial=access.device.serial,
        ldn=getattr(access, "ldn", ""),
        sap=access.sap,
        access=access.access,
        key_name=access.key_name,
    )


def columns_of(device_ids: Sequence[int]) -> Iterator[tuple[int, desk.Column]]:
    """(device, column) of every open series of meters."""
    for part in in_parts(device_ids):
        for row in Series.objects.filter(device_id__in=part, retired_at__isnull=True):
            yield row.device_id, desk.Column(row.class_id, row.obis, row.attribute, row.scaler, row.unit)


def in_parts(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Keys in parts that one question takes."""
    for begin in range(0, len(keys), _ASK):
        yield keys[begin : begin + _ASK]
