"""The only way from reports to what meters said: `system.head_end.api`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from system.config.clock import BOGOTA
from system.head_end import api
from system.registry.models import DeviceInstallation, DeviceKind, Installation

_METERS = (DeviceKind.METER, DeviceKind.SSFVI)


@dataclass(frozen=True, slots=True)
class Point:
    """Energy of an interval.

    Args:
        ends_at: of it, aware.
        wh: None where it is not known.
        doubtful: whether the meter marked it.
        reason: why it is not known, in words; empty where it is.
    """

    ends_at: datetime
    wh: int | None
    doubtful: bool = False
    reason: str = ""


_REASONS = {api.Quality.NONE_THERE: "el medidor no lo tiene", api.Quality.NOT_READ: "sin leer"}
_NOT_TRUSTED = "en cuarentena"


def consumption_by_installation(homes: QuerySet[Installation], since: date, until: date) -> dict[int, int]:
    """Installation id -> Wh that its meters counted over business days; who is not in it has no readings."""
    begin, end = instants(since, until)
    found = api.consumption_by_installation(homes, begin, end)
    return {pk: wh for pk, wh in found.items() if wh is not None}


def daily(home: Installation, since: date, until: date) -> list[tuple[date, int | None]]:
    """Wh of each business day; None marks a gap."""
    return [(one.day, one.energy_wh) for one in api.daily_consumption(home, since, until)]


def intervals(home: Installation, since: date, until: date) -> list[Point]:
    """Wh of each interval of the finest profile of whatever meters hung there, in order."""
    begin, end = instants(since, until)
    points: list[Point] = []
    for hung in _hung(home, begin, end):
        first = max(begin, hung.valid_from)
        last = min(end, hung.valid_to or end)
        points += _of_meter(hung.device, first, last)
    return points


def instants(since: date, until: date) -> tuple[datetime, datetime]:
    """The instants at which the first of some business days begins and the last one ends.

    >>> [str(at) for at in instants(date(2026, 1, 1), date(2026, 1, 1))]
    ['2026-01-01 00:00:00-05:00', '2026-01-02 00:00:00-05:00']
    """
    begin = datetime.combine(since, time(), BOGOTA)
    return begin, datetime.combine(until, time(), BOGOTA) + timedelta(days=1)


def _hung(home: Installation, begin: datetime, end: datetime) -> Any:
    rows = DeviceInstallation.objects.filter(installation=home, role__in=_METERS, valid_from__lt=end)
    return rows.exclude(valid_to__lte=begin).order_by("valid_from").select_related("device")


def _of_meter(device: Any, begin: datetime, end: datetime) -> list[Point]:
    curve = api.curve(device, api.ENERGY_IMPORT, begin, end)
    if curve is None:
        return []
    if not curve.cumulative:
        return [_point(one, one.value) for one in curve.points]
    # what a register counted in an interval needs its value at the beginning, too
    before = api.curve(
        device, api.ENERGY_IMPORT, begin - timedelta(seconds=curve.period_s), begin, curve.period_s
    )
    known = [*(before.points[-1:] if before else ()), *curve.points]
    starts = {one.ends_at: one.value for one in known}
    step = timedelta(seconds=curve.period_s)
    return [_point(one, _counted(starts.get(one.ends_at - step), one.value)) for one in curve.points]


def _counted(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None or end < start else end - start


def _point(one: Any, value: float | None) -> Point:
    doubtful = one.quality is api.Quality.DOUBTFUL
    if value is not None:
        return Point(one.ends_at, round(value), doubtful)
    reason = _REASONS.get(
        one.quality, _NOT_TRUSTED if doubtful else "falta el registro de uno de sus extremos"
    )
    return Point(one.ends_at, None, doubtful, reason)
