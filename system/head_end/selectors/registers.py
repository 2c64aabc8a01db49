"""Register readings at instants: what consumption is computed from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from protocols.dlms.obis import obis_of
from system.head_end.models import ReadingValue, Series
from system.head_end.quantities import scaled
from system.head_end.selectors.meter_access import in_chunks
from system.head_end.value_storage.values import values_within
from system.registry.models import Device

#: Imported active energy, total.
ENERGY_IMPORT = "1.0.1.8.0"
#: A register counts for an instant for so long after it was read, s.
FRESH_S = 900
#: Attribute of the value.
_VALUE = 2


@dataclass(frozen=True, slots=True)
class RegisterHistory:
    """The series of one column of one meter, oldest first: a register, and what replaced it."""

    profile: str
    period_s: int
    series: tuple[Series, ...]


def register_histories(device: Device, obis: str = ENERGY_IMPORT) -> list[RegisterHistory]:
    """Register histories of a quantity, the finest profile first, on-demand values last."""
    rows = Series.objects.filter(device=device, obis=obis_of(obis), attribute=_VALUE).order_by("pk")
    return _histories(rows)


def register_histories_by_device(
    device_ids: Iterable[int], obis: str = ENERGY_IMPORT
) -> dict[int, list[RegisterHistory]]:
    """The same of many meters, asked for once; one of which nothing is known is left out."""
    rows = Series.objects.filter(device_id__any_of=device_ids, obis=obis_of(obis), attribute=_VALUE)
    found: dict[int, list[Series]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.device_id, []).append(row)
    return {device_id: _histories(series) for device_id, series in found.items()}


def _histories(rows: Iterable[Series]) -> list[RegisterHistory]:
    found: dict[str, list[Series]] = {}
    for row in rows:
        found.setdefault(row.profile, []).append(row)
    made = [RegisterHistory(profile, rows[-1].period_s, tuple(rows)) for profile, rows in found.items()]
    return sorted(made, key=lambda one: (one.period_s == 0, one.period_s, one.profile))


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """A register at an instant: which series, s since 1970, Wh."""

    series: Series
    at_s: int
    energy_wh: int


def reading_at(lineage: RegisterHistory, at_s: int, *, fresh_s: int = FRESH_S) -> RegisterReading | None:
    """The register at an instant: the last one before that is still fresh."""
    return _first(lineage, [-1, at_s - fresh_s, at_s + 1])


def reading_within(
    lineage: RegisterHistory, begin_s: int, end_s: int, *, last: bool
) -> RegisterReading | None:
    """The first register from `begin_s` up to `end_s`, or the last one."""
    return _first(lineage, [-1 if last else 1, begin_s - 1, end_s + 1])


def _first(lineage: RegisterHistory, asked: Sequence[int]) -> RegisterReading | None:
    order, above, below = asked
    row = (
        ReadingValue.objects.filter(series__in=lineage.series, ends_at_s__gt=above, ends_at_s__lt=below)
        .order_by("-ends_at_s" if order < 0 else "ends_at_s")
        .values_list("series_id", "ends_at_s", "value")
        .first()
    )
    return None if row is None else _reading(lineage, *row)


def last_readings(
    lineages: Iterable[RegisterHistory], at_s: int, *, fresh_s: int = FRESH_S
) -> dict[RegisterHistory, RegisterReading]:
    """`reading_at` of many lineages, asked for once; one that has none is left out."""
    of_series = {series.pk: line for line in lineages for series in line.series}
    found = values_within([(series_id, at_s - fresh_s + 1, at_s) for series_id in of_series])
    rows = sorted(found, key=lambda row: row[1])
    return {of_series[row[0]]: _reading(of_series[row[0]], *row) for row in rows}


def readings_at(lineage: RegisterHistory, instants_s: Iterable[int]) -> dict[int, RegisterReading]:
    """The registers at exactly these instants, as far as they are known."""
    out: dict[int, RegisterReading] = {}
    for part in in_chunks(sorted(set(instants_s))):
        rows = ReadingValue.objects.filter(series__in=lineage.series, ends_at_s__in=part)
        for row in rows.values_list("series_id", "ends_at_s", "value"):
            out[row[1]] = _reading(lineage, *row)
    return out


def _reading(lineage: RegisterHistory, series_id: int, at_s: int, value: int) -> RegisterReading:
    series = next(row for row in lineage.series if row.pk == series_id)
    return RegisterReading(series, at_s, round(scaled(value, series.scaler)))


def energy_between(lineage: RegisterHistory, start: RegisterReading, end: RegisterReading) -> int:
    """Wh from one mark to a later one, over registers that were replaced on the way."""
    if start.series.pk == end.series.pk:
        return end.energy_wh - start.energy_wh
    energy_wh = 0
    for series in lineage.series:
        if not start.series.pk <= series.pk <= end.series.pk:
            continue
        one = RegisterHistory(lineage.profile, lineage.period_s, (series,))
        first = (
            start if series.pk == start.series.pk else reading_within(one, start.at_s, end.at_s, last=False)
        )
        final = end if series.pk == end.series.pk else reading_within(one, start.at_s, end.at_s, last=True)
        if first is not None and final is not None:
            energy_wh += final.energy_wh - first.energy_wh
    return energy_wh
