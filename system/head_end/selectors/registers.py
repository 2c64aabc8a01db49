"""Energy registers at instants: what consumption is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from system.head_end.models import ReadingValue, Series
from system.head_end.periods import obis_of
from system.head_end.selectors.targets import in_parts
from system.head_end.storing.values import values_within
from system.head_end.units import scaled
from system.registry.models import Device

#: Imported active energy, total.
ENERGY_IMPORT = "1.0.1.8.0"
#: A register counts for an instant for so long after it was read, s.
FRESH_S = 900
#: Attribute of the value.
_VALUE = 2


@dataclass(frozen=True, slots=True)
class Lineage:
    """The series of one column of one meter, oldest first: a register, and what replaced it."""

    profile: str
    period_s: int
    series: tuple[Series, ...]


def lineages_of(device: Device, obis: str = ENERGY_IMPORT) -> list[Lineage]:
    """What is known of a quantity, the finest profile first, values read by themselves last."""
    rows = Series.objects.filter(device=device, obis=obis_of(obis), attribute=_VALUE).order_by("pk")
    return _lineages(rows)


def lineages_by_device(device_ids: Iterable[int], obis: str = ENERGY_IMPORT) -> dict[int, list[Lineage]]:
    """The same of many meters, asked for once; one of which nothing is known is left out."""
    rows = Series.objects.filter(device_id__among=device_ids, obis=obis_of(obis), attribute=_VALUE)
    found: dict[int, list[Series]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.device_id, []).append(row)
    return {device_id: _lineages(series) for device_id, series in found.items()}


def _lineages(rows: Iterable[Series]) -> list[Lineage]:
    found: dict[str, list[Series]] = {}
    for row in rows:
        found.setdefault(row.profile, []).append(row)
    made = [Lineage(profile, rows[-1].period_s, tuple(rows)) for profile, rows in found.items()]
    return sorted(made, key=lambda one: (one.period_s == 0, one.period_s, one.profile))


@dataclass(frozen=True, slots=True)
class Mark:
    """A register at an instant: which series, s since 1970, Wh."""

    series: Series
    at_s: int
    energy_wh: int


def mark_at(lineage: Lineage, at_s: int, *, fresh_s: int = FRESH_S) -> Mark | None:
    """The register at an instant: the last one before that is still fresh."""
    return _first(lineage, [-1, at_s - fresh_s, at_s + 1])


def mark_within(lineage: Lineage, begin_s: int, end_s: int, *, last: bool) -> Mark | None:
    """The first register from `begin_s` up to `end_s`, or the last one."""
    return _first(lineage, [-1 if last else 1, begin_s - 1, end_s + 1])


def _first(lineage: Lineage, asked: Sequence[int]) -> Mark | None:
    order, above, below = asked
    row = (
        ReadingValue.objects.filter(series__in=lineage.series, ends_at_s__gt=above, ends_at_s__lt=below)
        .order_by("-ends_at_s" if order < 0 else "ends_at_s")
        .values_list("series_id", "ends_at_s", "value")
        .first()
    )
    return None if row is None else _mark(lineage, *row)


def last_marks(lineages: Iterable[Lineage], at_s: int, *, fresh_s: int = FRESH_S) -> dict[Lineage, Mark]:
    """`mark_at` of many lineages, asked for once; one that has none is left out."""
    of_series = {series.pk: line for line in lineages for series in line.series}
    found = values_within([(series_id, at_s - fresh_s + 1, at_s) for series_id in of_series])
    rows = sorted(found, key=lambda row: row[1])
    return {of_series[row[0]]: _mark(of_series[row[0]], *row) for row in rows}


def marks_at(lineage: Lineage, instants_s: Iterable[int]) -> dict[int, Mark]:
    """The registers at exactly these instants, as far as they are known."""
    out: dict[int, Mark] = {}
    for part in in_parts(sorted(set(instants_s))):
        rows = ReadingValue.objects.filter(series__in=lineage.series, ends_at_s__in=part)
        for row in rows.values_list("series_id", "ends_at_s", "value"):
            out[row[1]] = _mark(lineage, *row)
    return out


def _mark(lineage: Lineage, series_id: int, at_s: int, value: int) -> Mark:
    series = next(row for row in lineage.series if row.pk == series_id)
    return Mark(series, at_s, round(scaled(value, series.scaler)))


def between(lineage: Lineage, start: Mark, end: Mark) -> int:
    """Wh from one mark to a later one, over registers that were replaced on the way."""
    if start.series.pk == end.series.pk:
        return end.energy_wh - start.energy_wh
    energy_wh = 0
    for series in lineage.series:
        if not start.series.pk <= series.pk <= end.series.pk:
            continue
        one = Lineage(lineage.profile, lineage.period_s, (series,))
        first = start if series.pk == start.series.pk else mark_within(one, start.at_s, end.at_s, last=False)
        final = end if series.pk == end.series.pk else mark_within(one, start.at_s, end.at_s, last=True)
        if first is not None and final is not None:
            energy_wh += final.energy_wh - first.energy_wh
    return energy_wh
