"""Where the file of a concentrator belongs."""

from collections import defaultdict

from system.head_end import desk
from system.head_end.models import Channel
from system.head_end.selectors.targets import columns_of, confirmed, target_of
from system.head_end.vocabulary import ChannelKind


def carried_to(serial: str) -> list[desk.CarriedTo]:
    """The channels of the concentrator with this serial number; several where makers number alike."""
    found = Channel.objects.filter(
        kind=ChannelKind.CONCENTRATOR.value, device__serial=serial, enabled=True
    ).order_by("pk")
    return [_carried(channel) for channel in found]


def _carried(channel: Channel) -> desk.CarriedTo:
    meters = tuple(target_of(access) for access in confirmed([channel.pk]))
    series: dict[int, dict[desk.Column, None]] = defaultdict(dict)
    for device_id, column in columns_of([meter.device_id for meter in meters]):
        series[device_id][column] = None
    return desk.CarriedTo(
        channel.pk,
        channel.name,
        channel.secret_name,
        channel.reading_cursor,
        meters,
        {device_id: tuple(columns) for device_id, columns in series.items()},
    )
