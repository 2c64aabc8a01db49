"""Events of meters and concentrators, as people look for them."""

from typing import Any

from django.db.models import Q, QuerySet

from system.head_end.end_device_events import names_matching
from system.head_end.models import DeviceEvent


def find_events(
    user: Any,
    *,
    text: str = "",
    alarm: bool = False,
    device_id: int | None = None,
    channel_id: int | None = None,
) -> QuerySet[Any]:
    """Events, newest first; `text`: the head of a serial number, or a part of what people are told."""
    found = DeviceEvent.objects.of(user).select_related("device", "channel")
    word = text.strip()
    if word:
        said = Q(name__icontains=word) | Q(name__in=names_matching(word))
        found = found.filter(Q(serial__istartswith=word) | said)
    if alarm:
        found = found.filter(alarm=True)
    if device_id is not None:
        found = found.filter(device_id=device_id)
    if channel_id is not None:
        found = found.filter(channel_id=channel_id)
    ordered: QuerySet[Any] = found.order_by("-at", "-pk")
    return ordered
