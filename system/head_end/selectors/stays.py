"""Meters at installations, each for its time: what a home's consumption is added up from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from system.head_end.periods import instant, seconds
from system.registry.models import Device, DeviceInstallation, DeviceKind, Installation

#: Roles that count what a home takes.
_METERS = (DeviceKind.METER.value, DeviceKind.SSFVI.value)


@dataclass(frozen=True, slots=True)
class Stay:
    """A meter, and from when to when it counted; `begin_s` and `end_s` in s since 1970.

    Args:
        hung, taken_down: that this end is that of the stay, not of what is asked: there is hardly a reading
            at the very second of a swap, so the nearest one within the stay counts.
    """

    device: Device
    begin_s: int
    end_s: int
    hung: bool = False
    taken_down: bool = False

    @property
    def whole(self) -> bool:
        """True where the meter hung there all the time that is asked about."""
        return not (self.hung or self.taken_down)


def stays_of(where: Installation | Device, begin_s: int, end_s: int) -> list[Stay]:
    """The stays at one place, in the order of time; a meter by itself is one stay."""
    if isinstance(where, Device):
        return [Stay(where, begin_s, end_s)]
    rows = DeviceInstallation.objects.filter(installation=where)
    return [_stay(row, begin_s, end_s) for row in _within(rows, begin_s, end_s)]


def stays_by_installation(
    installations: Iterable[Installation], begin_s: int, end_s: int
) -> dict[int, list[Stay]]:
    """The stays of many installations, by their keys, asked for at once; where none was, there is no key."""
    out: dict[int, list[Stay]] = {}
    rows = DeviceInstallation.objects.filter(installation__in=installations)
    for row in _within(rows, begin_s, end_s):
        out.setdefault(row.installation_id, []).append(_stay(row, begin_s, end_s))
    return out


def _within(rows: Any, begin_s: int, end_s: int) -> Any:
    return (
        rows.filter(role__in=_METERS, valid_from__lt=instant(end_s))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=instant(begin_s)))
        .select_related("device")
        .order_by("valid_from")
    )


def _stay(row: DeviceInstallation, begin_s: int, end_s: int) -> Stay:
    since_s = seconds(row.valid_from)
    until_s = seconds(row.valid_to) if row.valid_to else end_s
    return Stay(
        row.device,
        max(since_s, begin_s),
        min(until_s, end_s),
        hung=since_s > begin_s,
        taken_down=until_s < end_s,
    )


def cut(stay: Stay, begin_s: int, end_s: int) -> Stay:
    """What of a stay lies within a part of the time."""
    return Stay(
        stay.device,
        max(stay.begin_s, begin_s),
        min(stay.end_s, end_s),
        hung=stay.hung and stay.begin_s > begin_s,
        taken_down=stay.taken_down and stay.end_s < end_s,
    )
