"""Energy taken: between instants, by the day, of a meter or of whatever hung at an installation."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from system.config.clock import BOGOTA
from system.head_end.answers import DayEnergy, LastReading
from system.head_end.models import ReadingValue
from system.head_end.periods import instant, seconds
from system.head_end.selectors.registers import (
    ENERGY_IMPORT,
    Lineage,
    Mark,
    between,
    lineages_of,
    mark_at,
    mark_within,
    marks_at,
)
from system.head_end.selectors.stays import Stay, cut, stays_of
from system.head_end.units import scaled
from system.registry.models import Device, Installation

#: Days of one question.
DAYS_MAX = 3_700


def consumption_wh(where: Installation | Device, start: datetime, end: datetime) -> int | None:
    """Energy from `start` to `end`, Wh; None where a reading at either end is missing."""
    if start >= end:
        return 0
    parts = [energy_of_stay(stay) for stay in stays_of(where, seconds(start), seconds(end))]
    return total_wh(parts)


def daily_consumption(where: Installation | Device, first: date, last: date) -> list[DayEnergy]:
    """Energy of each business day, both ends included; None marks a gap."""
    days = [first + timedelta(days=number) for number in range(min((last - first).days + 1, DAYS_MAX))]
    if not days:
        return []
    midnights = [_midnight_s(day) for day in [*days, days[-1] + timedelta(days=1)]]
    stays = stays_of(where, midnights[0], midnights[-1])
    known = {stay.device.pk: _Days(stay.device, midnights) for stay in stays}
    out = []
    for day, begin_s, end_s in zip(days, midnights, midnights[1:], strict=False):
        parts = [
            known[stay.device.pk].energy_wh(begin_s, end_s)
            if stay.begin_s <= begin_s and stay.end_s >= end_s
            else energy_of_stay(cut(stay, begin_s, end_s))
            for stay in stays
            if stay.begin_s < end_s and stay.end_s > begin_s
        ]
        out.append(DayEnergy(day, total_wh(parts)))
    return out


class _Days:
    """The registers of one meter at midnights, asked for once."""

    def __init__(self, device: Device, midnights: Sequence[int]) -> None:
        self._lines = [(line, marks_at(line, midnights)) for line in lineages_of(device)]

    def energy_wh(self, begin_s: int, end_s: int) -> int | None:
        for line, marks in self._lines:
            if begin_s in marks and end_s in marks:
                return between(line, marks[begin_s], marks[end_s])
        return _across([marks for _, marks in self._lines], begin_s, end_s)


def _across(found: Sequence[dict[int, Mark]], begin_s: int, end_s: int) -> int | None:
    """One end from one profile and one from another: the same register, unless it was replaced."""
    start = next((marks[begin_s] for marks in found if begin_s in marks), None)
    end = next((marks[end_s] for marks in found if end_s in marks), None)
    if start is None or end is None or start.series.retired_at or end.series.retired_at:
        return None
    return max(end.energy_wh - start.energy_wh, 0)


def energy_of_stay(stay: Stay) -> int | None:
    """What a meter counted in its stay, Wh; None where a reading at either end is missing."""
    for line in lineages_of(stay.device):
        start, end = _start(line, stay), _end(line, stay)
        if start is not None and end is not None:
            return between(line, start, end) if start.at_s <= end.at_s else 0
    return None


def _start(line: Lineage, stay: Stay) -> Mark | None:
    found = mark_at(line, stay.begin_s)
    if found is None and stay.hung:
        found = mark_within(line, stay.begin_s, stay.end_s, last=False)
    return found


def _end(line: Lineage, stay: Stay) -> Mark | None:
    found = mark_at(line, stay.end_s)
    if found is None and stay.taken_down:
        found = mark_within(line, stay.begin_s, stay.end_s, last=True)
    return found


def total_wh(parts: Sequence[int | None]) -> int | None:
    """All of them; None where one is missing, or where nothing hung there at all."""
    known = [part for part in parts if part is not None]
    return sum(known) if parts and len(known) == len(parts) else None


def _midnight_s(day: date) -> int:
    return seconds(datetime.combine(day, time(), BOGOTA))


def last_reading(device: Device) -> LastReading | None:
    """The newest energy register that was kept."""
    series = {row.pk: row for line in lineages_of(device) for row in line.series}
    newest = (
        ReadingValue.objects.filter(series_id__in=series)
        .order_by("-ends_at_s")
        .values_list("series_id", "ends_at_s", "value")
        .first()
    )
    if newest is None:
        return None
    series_id, at_s, value = newest
    energy_wh = round(scaled(value, series[series_id].scaler))
    return LastReading(device.pk, instant(at_s), energy_wh, ENERGY_IMPORT)
