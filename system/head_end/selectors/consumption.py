"""Consumption: energy between instants and by the day, of a meter or of an installation.

An installation's consumption is the sum over its metering periods: each meter for the time that it was
mounted there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from protocols.intervals import instant, seconds
from system.config.clock import BOGOTA
from system.head_end.api_types import DayEnergy, LastReading
from system.head_end.models import ReadingValue
from system.head_end.quantities import scaled
from system.head_end.selectors.registers import (
    ENERGY_IMPORT,
    RegisterHistory,
    RegisterReading,
    energy_between,
    last_readings,
    reading_at,
    reading_within,
    readings_at,
    register_histories,
    register_histories_by_device,
)
from system.registry.models import Device, DeviceInstallation, DeviceKind, Installation

#: Roles that count what a home takes.
_METERS = (DeviceKind.METER.value, DeviceKind.SSFVI.value)


@dataclass(frozen=True, slots=True)
class MeteringPeriod:
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


def metering_periods(where: Installation | Device, begin_s: int, end_s: int) -> list[MeteringPeriod]:
    """The stays at one place, in the order of time; a meter by itself is one stay."""
    if isinstance(where, Device):
        return [MeteringPeriod(where, begin_s, end_s)]
    rows = DeviceInstallation.objects.filter(installation=where)
    return [_metering_period(row, begin_s, end_s) for row in _within(rows, begin_s, end_s)]


def metering_periods_by_installation(
    installations: Iterable[Installation], begin_s: int, end_s: int
) -> dict[int, list[MeteringPeriod]]:
    """The stays of many installations, by their keys, asked for at once; where none was, there is no key."""
    out: dict[int, list[MeteringPeriod]] = {}
    rows = DeviceInstallation.objects.filter(installation__in=installations)
    for row in _within(rows, begin_s, end_s):
        out.setdefault(row.installation_id, []).append(_metering_period(row, begin_s, end_s))
    return out


def _within(rows: Any, begin_s: int, end_s: int) -> Any:
    return (
        rows.filter(role__in=_METERS, valid_from__lt=instant(end_s))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=instant(begin_s)))
        .select_related("device")
        .order_by("valid_from")
    )


def _metering_period(row: DeviceInstallation, begin_s: int, end_s: int) -> MeteringPeriod:
    since_s = seconds(row.valid_from)
    until_s = seconds(row.valid_to) if row.valid_to else end_s
    return MeteringPeriod(
        row.device,
        max(since_s, begin_s),
        min(until_s, end_s),
        hung=since_s > begin_s,
        taken_down=until_s < end_s,
    )


def clip_period(stay: MeteringPeriod, begin_s: int, end_s: int) -> MeteringPeriod:
    """Part of a metering period."""
    return MeteringPeriod(
        stay.device,
        max(stay.begin_s, begin_s),
        min(stay.end_s, end_s),
        hung=stay.hung and stay.begin_s > begin_s,
        taken_down=stay.taken_down and stay.end_s < end_s,
    )


#: Days of one question.
DAYS_MAX = 3_700


def consumption_wh(where: Installation | Device, start: datetime, end: datetime) -> int | None:
    """Energy from `start` to `end`, Wh; None where a reading at either end is missing."""
    if start >= end:
        return 0
    parts = [energy_of_period(stay) for stay in metering_periods(where, seconds(start), seconds(end))]
    return total_wh(parts)


def daily_consumption(where: Installation | Device, first: date, last: date) -> list[DayEnergy]:
    """Energy of each business day, both ends included; None marks a gap."""
    days = [first + timedelta(days=number) for number in range(min((last - first).days + 1, DAYS_MAX))]
    if not days:
        return []
    midnights = [_midnight_s(day) for day in [*days, days[-1] + timedelta(days=1)]]
    stays = metering_periods(where, midnights[0], midnights[-1])
    known = {stay.device.pk: _Midnights(stay.device, midnights) for stay in stays}
    out = []
    for day, begin_s, end_s in zip(days, midnights, midnights[1:], strict=False):
        parts = [
            known[stay.device.pk].energy_wh(begin_s, end_s)
            if stay.begin_s <= begin_s and stay.end_s >= end_s
            else energy_of_period(clip_period(stay, begin_s, end_s))
            for stay in stays
            if stay.begin_s < end_s and stay.end_s > begin_s
        ]
        out.append(DayEnergy(day, total_wh(parts)))
    return out


class _Midnights:
    """The registers of one meter at midnights, asked for once."""

    def __init__(self, device: Device, midnights: Sequence[int]) -> None:
        self._lines = [(line, readings_at(line, midnights)) for line in register_histories(device)]

    def energy_wh(self, begin_s: int, end_s: int) -> int | None:
        for line, marks in self._lines:
            if begin_s in marks and end_s in marks:
                return energy_between(line, marks[begin_s], marks[end_s])
        return _energy_across([marks for _, marks in self._lines], begin_s, end_s)


def _energy_across(found: Sequence[dict[int, RegisterReading]], begin_s: int, end_s: int) -> int | None:
    """One end from one profile and one from another: the same register, unless it was replaced."""
    start = next((marks[begin_s] for marks in found if begin_s in marks), None)
    end = next((marks[end_s] for marks in found if end_s in marks), None)
    if start is None or end is None or start.series.retired_at or end.series.retired_at:
        return None
    return max(end.energy_wh - start.energy_wh, 0)


def energy_of_period(stay: MeteringPeriod) -> int | None:
    """Energy that a meter counted in its period, Wh; None where a reading at either end is missing."""
    for line in register_histories(stay.device):
        start, end = _start(line, stay), _end(line, stay)
        if start is not None and end is not None:
            return energy_between(line, start, end) if start.at_s <= end.at_s else 0
    return None


def _start(line: RegisterHistory, stay: MeteringPeriod) -> RegisterReading | None:
    found = reading_at(line, stay.begin_s)
    if found is None and stay.hung:
        found = reading_within(line, stay.begin_s, stay.end_s, last=False)
    return found


def _end(line: RegisterHistory, stay: MeteringPeriod) -> RegisterReading | None:
    found = reading_at(line, stay.end_s)
    if found is None and stay.taken_down:
        found = reading_within(line, stay.begin_s, stay.end_s, last=True)
    return found


def total_wh(parts: Sequence[int | None]) -> int | None:
    """All of them; None where one is missing, or where nothing hung there at all."""
    known = [part for part in parts if part is not None]
    return sum(known) if parts and len(known) == len(parts) else None


def _midnight_s(day: date) -> int:
    return seconds(datetime.combine(day, time(), BOGOTA))


def last_reading(device: Device) -> LastReading | None:
    """The newest energy register that was kept."""
    series = {row.pk: row for line in register_histories(device) for row in line.series}
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


def consumption_by_installation(
    installations: QuerySet[Installation], start: datetime, end: datetime
) -> dict[int, int | None]:
    """Energy from `start` to `end` of each of some installations, by its key; see `consumption_wh`.

    Only what is out of the ordinary is asked about home by home: a meter that was swapped, a register that
    was replaced.
    """
    keys = list(installations.order_by().values_list("pk", flat=True))
    if start >= end:
        return dict.fromkeys(keys, 0)
    begin_s, end_s = seconds(start), seconds(end)
    stays = metering_periods_by_installation(installations.order_by(), begin_s, end_s)
    whole = [stay for ones in stays.values() for stay in ones if stay.whole]
    ends = _PeriodEnds(whole, begin_s, end_s)
    return {key: total_wh([ends.energy_wh(stay) for stay in stays.get(key, ())]) for key in keys}


class _PeriodEnds:
    """The registers of many meters at both ends of a period, asked for once."""

    def __init__(self, stays: Iterable[MeteringPeriod], begin_s: int, end_s: int) -> None:
        self._lines: Mapping[int, Sequence[RegisterHistory]] = register_histories_by_device(
            {stay.device.pk for stay in stays}
        )
        lines = [line for ones in self._lines.values() for line in ones]
        self._first: Mapping[RegisterHistory, RegisterReading] = last_readings(lines, begin_s)
        self._last: Mapping[RegisterHistory, RegisterReading] = last_readings(lines, end_s)

    def energy_wh(self, stay: MeteringPeriod) -> int | None:
        if not stay.whole:
            return energy_of_period(stay)
        for line in self._lines.get(stay.device.pk, ()):
            first, last = self._first.get(line), self._last.get(line)
            if first is None or last is None:
                continue
            if first.series.pk != last.series.pk:
                return energy_of_period(stay)
            return last.energy_wh - first.energy_wh
        return None
