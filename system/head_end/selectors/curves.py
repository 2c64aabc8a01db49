"""Curves: every point of a quantity, with its gaps told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from protocols import intervals
from protocols.dlms.obis import obis_of
from protocols.intervals import floor, grid, instant, seconds
from system.head_end.api_types import Curve, CurvePoint, Quality
from system.head_end.models import Coverage, QuarantinedValue, ReadingValue, Series
from system.head_end.quantities import is_cumulative, scaled, unit_name
from system.head_end.selectors.registers import ENERGY_IMPORT, RegisterHistory, register_histories
from system.registry.models import Device

#: The longest curve.
LONGEST = timedelta(days=400)


def curve(
    device: Device, obis: str, start: datetime, end: datetime, period_s: int | None = None
) -> Curve | None:
    """Every point after `start` up to `end`; None: the quantity was never read with a period."""
    lines = [line for line in register_histories(device, obis) if line.period_s]
    line = next((one for one in lines if period_s in (None, one.period_s)), None)
    if line is None:
        return None
    after_s, to_s = seconds(max(start, end - LONGEST)), seconds(end)
    values = _values(line.series, after_s, to_s)
    doubted, none_there = _doubted(device, line, obis, after_s, to_s), _none_there(device, line)
    empty = {
        at
        for span in intervals.clip(none_there, (after_s, to_s))
        for at in grid(span[0], span[1], line.period_s)
    }
    points = tuple(_point(at, values, doubted, empty) for at in grid(after_s, to_s, line.period_s))
    newest = line.series[-1]
    return Curve(
        device_id=device.pk,
        obis=obis_of(obis),
        unit=unit_name(newest.unit),
        period_s=line.period_s,
        cumulative=is_cumulative(newest.obis, newest.class_id),
        points=points,
    )


def load_curve(
    device: Device, start: datetime, end: datetime, period_s: int | None = None, obis: str = ENERGY_IMPORT
) -> Curve | None:
    """Energy of each interval after `start` up to `end`; a gap where a register at one end is missing."""
    found = curve(device, obis, start, end, period_s)
    if found is None or not found.cumulative:
        return found
    lines = {line.period_s: line for line in register_histories(device, obis) if line.period_s}
    before = floor(seconds(start), found.period_s)
    values = _values(lines[found.period_s].series, before - 1, before)
    last = values[before][0] if before in values else None
    points = []
    for point in found.points:
        value = point.value
        known = value is not None and last is not None and value >= last
        quality = point.quality if known or value is None else Quality.NOT_READ
        energy = value - last if known and value is not None and last is not None else None
        points.append(replace(point, value=energy, quality=quality))
        last = value
    return replace(found, cumulative=False, points=tuple(points))


def _point(
    at: int, values: Mapping[int, tuple[float, int]], doubted: set[int], empty: set[int]
) -> CurvePoint:
    if at in values:
        value, status = values[at]
        return CurvePoint(instant(at), value, Quality.DOUBTFUL if status else Quality.GOOD)
    if at in doubted:
        return CurvePoint(instant(at), None, Quality.DOUBTFUL)
    return CurvePoint(instant(at), None, Quality.NONE_THERE if at in empty else Quality.NOT_READ)


def _values(series: Sequence[Series], after_s: int, to_s: int) -> dict[int, tuple[float, int]]:
    scalers = {row.pk: row.scaler for row in series}
    rows = ReadingValue.objects.filter(series_id__in=scalers, ends_at_s__gt=after_s, ends_at_s__lte=to_s)
    return {
        at: (scaled(value, scalers[key]), quality)
        for key, at, value, quality in rows.values_list("series_id", "ends_at_s", "value", "quality")
    }


def _doubted(device: Device, line: RegisterHistory, obis: str, after_s: int, to_s: int) -> set[int]:
    rows = QuarantinedValue.objects.filter(
        device=device, profile=line.profile, obis=obis_of(obis), ends_at_s__gt=after_s, ends_at_s__lte=to_s
    )
    return set(rows.values_list("ends_at_s", flat=True))


def _none_there(device: Device, line: RegisterHistory) -> list[list[int]]:
    row = Coverage.objects.filter(device=device, profile=line.profile).first()
    found: list[list[int]] = row.none_there if row else []
    return found
