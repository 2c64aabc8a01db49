"""Access to meters: rows behind a channel, the provider's rules, descriptions for the collector."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import BigIntegerField

from system.config.compiled_queries import CompiledQuery, KeyList
from system.config.transactions import lock_rows
from system.head_end import store_port
from system.head_end.models import Channel, FieldRules, MeterAccess, Series
from system.head_end.vocabulary import ChannelKind, Registration
from system.registry.models import DeviceIdentifier, IdentifierKind

_BEHIND = CompiledQuery(
    lambda channel_id, device_ids: MeterAccess.objects.filter(
        channel_id=channel_id, device_id__any_of=device_ids
    ),
    channel_id=BigIntegerField(),
    device_ids=KeyList(BigIntegerField()),
)
_LOCKED_ACCESS = CompiledQuery(
    lambda channel_id, device_id: lock_rows(
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
    found: MeterAccess | None = _LOCKED_ACCESS.first(channel_id=channel_id, device_id=device_id)
    return found


_RULES = CompiledQuery(
    lambda provider_id: FieldRules.objects.filter(provider_id=provider_id), provider_id=BigIntegerField()
)


def rules_of(provider_id: int) -> FieldRules:
    """The provider's rules; where he set none, what the model says."""
    found: FieldRules | None = _RULES.first(provider_id=provider_id)
    return found or FieldRules(provider_id=provider_id)


#: Keys of one question.
_ASK = 500


def confirmed_accesses(channel_ids: Iterable[int]) -> list[MeterAccess]:
    """The meters behind channels that are spoken with, with their devices and logical names (``ldn``)."""
    found = list(
        MeterAccess.objects.filter(channel_id__in=list(channel_ids), state=Registration.CONFIRMED.value)
        .select_related("device")
        .order_by("channel_id", "sap")
    )
    names = dict(
        pair
        for part in in_chunks([access.device_id for access in found])
        for pair in DeviceIdentifier.objects.filter(
            device_id__in=part, kind=IdentifierKind.LDN, valid_to__isnull=True
        ).values_list("device_id", "value")
    )
    for access in found:
        access.ldn = names.get(access.device_id, "")
    return found


def target_of(access: MeterAccess) -> store_port.MeterTarget:
    """A meter of `confirmed_accesses`."""
    return store_port.MeterTarget(
        device_id=access.device_id,
        serial=access.device.serial,
        ldn=getattr(access, "ldn", ""),
        sap=access.sap,
        access=access.access,
        key_name=access.key_name,
    )


def columns_of(device_ids: Sequence[int]) -> Iterator[tuple[int, store_port.Column]]:
    """(device, column) of every open series of meters."""
    for part in in_chunks(device_ids):
        for row in Series.objects.filter(device_id__in=part, retired_at__isnull=True):
            yield (
                row.device_id,
                store_port.Column(row.class_id, row.obis, row.attribute, row.scaler, row.unit),
            )


def in_chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """KeyList in parts that one question takes."""
    for begin in range(0, len(keys), _ASK):
        yield keys[begin : begin + _ASK]


#: Kinds of names that a meter tells of itself.
_NAME_KINDS = (IdentifierKind.LDN, IdentifierKind.DRN)
_NAMES_MAX = 8


def push_sender(title: str, names: Sequence[str] = ()) -> store_port.PushSender | None:
    """The confirmed meter of a system title; where there is none, the one of these names.

    Args:
        title: 16 hexadecimal digits, upper case; empty: none came.
        names: serial, logical device name or DRN; several meters of them are nobody.
    """
    found = _devices(IdentifierKind.SYSTEM_TITLE, [title]) if title else _devices_named(names[:_NAMES_MAX])
    accesses = MeterAccess.objects.filter(
        device_id__in=found, state=Registration.CONFIRMED.value, channel__enabled=True
    ).select_related("device")[:2]
    if len(accesses) != 1:
        return None
    access = accesses[0]
    told = dict(
        DeviceIdentifier.objects.filter(
            device_id=access.device_id, kind__in=_NAME_KINDS, valid_to__isnull=True
        ).values_list("kind", "value")
    )
    access.ldn = told.get(IdentifierKind.LDN.value, "")
    return store_port.PushSender(
        target_of(access),
        frozenset({access.device.serial, *told.values()} - {""}),
        tuple(dict.fromkeys(column for _, column in columns_of([access.device_id]))),
    )


def _devices(kind: IdentifierKind, values: Sequence[str]) -> set[int]:
    found = DeviceIdentifier.objects.filter(kind=kind, value__in=values, valid_to__isnull=True)
    return set(found.values_list("device_id", flat=True))


def _devices_named(names: Sequence[str]) -> set[int]:
    if not names:
        return set()
    by_serial = MeterAccess.objects.filter(device__serial__in=names).values_list("device_id", flat=True)
    return set(by_serial).union(*(_devices(kind, names) for kind in _NAME_KINDS))


def reading_file_targets(serial: str) -> list[store_port.ReadingFileTarget]:
    """The channels of the concentrator with this serial number; several where makers number alike."""
    found = Channel.objects.filter(
        kind=ChannelKind.CONCENTRATOR.value, device__serial=serial, enabled=True
    ).order_by("pk")
    return [_reading_file_target(channel) for channel in found]


def _reading_file_target(channel: Channel) -> store_port.ReadingFileTarget:
    meters = tuple(target_of(access) for access in confirmed_accesses([channel.pk]))
    series: dict[int, dict[store_port.Column, None]] = defaultdict(dict)
    for device_id, column in columns_of([meter.device_id for meter in meters]):
        series[device_id][column] = None
    return store_port.ReadingFileTarget(
        channel.pk,
        channel.name,
        channel.secret_name,
        channel.reading_cursor,
        meters,
        {device_id: tuple(columns) for device_id, columns in series.items()},
    )
