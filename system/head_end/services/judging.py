"""Which values of batches are believed, and why the others are not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import TypeGuard, cast

from system.head_end.desk import Column, RowBatch
from system.head_end.models import FieldRules, MeterAccess, QuarantinedValue, Series
from system.head_end.periods import obis_of, seconds
from system.head_end.plausible import is_cumulative, went_back
from system.head_end.storing.shapes import Value
from system.head_end.storing.values import neighbours
from system.head_end.vocabulary import Reason, Registration

#: What a column of values fits into.
_LOW, _HIGH = -(2**63), 2**63 - 1
_QUALITY_MASK = 0x7FFF_FFFF
CONTRADICTED = "contradicted"

#: (profile, OBIS, attribute).
SeriesKey = tuple[str, str, int]


@dataclass(slots=True)
class Judged:
    """The values of one batch.

    Args:
        stamps: end of each row, s since 1970.
        believed: to be stored: (row, column, value); row and column by their numbers.
        doubted: (row, column, raw value, reason).
    """

    batch: RowBatch
    stamps: tuple[int, ...]
    believed: list[tuple[int, int, Value]] = field(default_factory=list)
    doubted: list[tuple[int, int, int, str]] = field(default_factory=list)
    reason: Reason | None = None

    def doubt(self, row: int, column: int, value: int, reason: Reason) -> None:
        """Put a value apart."""
        self.doubted.append((row, column, value, reason.value))
        self.reason = self.reason or reason


def judge(
    batches: Sequence[RowBatch],
    accesses: Mapping[int, MeterAccess],
    series: Mapping[int, Mapping[SeriesKey, Series]],
    rules: FieldRules,
) -> list[Judged]:
    """Judge batches whose meters and series are known; the order stays."""
    judged = [_each(batch, accesses[batch.device_id], series[batch.device_id], rules) for batch in batches]
    _registers(judged)
    return judged


def _each(
    batch: RowBatch, access: MeterAccess, series: Mapping[SeriesKey, Series], rules: FieldRules
) -> Judged:
    """What can be said of a batch and its columns by themselves."""
    judged = Judged(batch, tuple(seconds(row.ends_at) for row in batch.rows))
    whole = whole_batch_reason(batch, access, rules)
    newest_s = seconds(batch.received_at) + rules.clock_doubt_s
    qualities = [row.status & _QUALITY_MASK for row in batch.rows]
    timely = all(stamp <= newest_s for stamp in judged.stamps)
    for place, column in enumerate(batch.columns):
        known = series[(batch.profile, obis_of(column.obis), column.attribute)]
        other = (known.scaler, known.unit) != (column.scaler, column.unit)
        reason = whole or (Reason.SCALER_CHANGED if other else None)
        values = [row.values[place] if place < len(row.values) else None for row in batch.rows]
        if reason is None and timely and _ordinary(values):
            kept = zip(repeat(known.pk), judged.stamps, values, qualities, strict=False)
            judged.believed += zip(range(len(values)), repeat(place), kept, strict=False)
            continue
        for row, (stamp, value, quality) in enumerate(zip(judged.stamps, values, qualities, strict=True)):
            if value is None:
                continue
            why = reason or (Reason.CLOCK_OFF if stamp > newest_s else _not_understood(value))
            if why is None:
                judged.believed.append((row, place, (known.pk, stamp, value, quality)))
            else:
                judged.doubt(row, place, value, why)
    return judged


def _ordinary(values: Sequence[int | None]) -> TypeGuard[Sequence[int]]:
    """Whether a column is whole and fits: what nearly all are, and what is judged in one go."""
    if not values or None in values:
        return False
    numbers = cast("Sequence[int]", values)
    return min(numbers) >= _LOW and max(numbers) <= _HIGH


def _not_understood(value: int) -> Reason | None:
    return None if _LOW <= value <= _HIGH else Reason.NOT_UNDERSTOOD


def whole_batch_reason(batch: RowBatch, access: MeterAccess, rules: FieldRules) -> Reason | None:
    """Why nothing of a batch is believed; None: there is no such reason."""
    if access.state != Registration.CONFIRMED.value:
        return Reason.WRONG_SERIAL
    if batch.clock_off_s is not None and abs(batch.clock_off_s) > rules.clock_doubt_s:
        return Reason.CLOCK_OFF
    return None


def _registers(judged: Iterable[Judged]) -> None:
    """Registers that only count up, over all batches at once and beside what was kept before."""
    columns: dict[int, list[tuple[int, int, Judged, int]]] = {}
    for one in judged:
        counting = [is_cumulative(column.obis, column.class_id) for column in one.batch.columns]
        for place, (_, column, value) in enumerate(one.believed):
            if counting[column]:
                columns.setdefault(value[0], []).append((value[1], value[2], one, place))
    for rows in columns.values():
        rows.sort(key=lambda row: row[0])
    beside = neighbours((key, rows[0][0], rows[-1][0]) for key, rows in columns.items())
    away: dict[int, set[int]] = {}
    owners: dict[int, Judged] = {}
    for key, rows in columns.items():
        before, after = beside[key]
        for place in went_back([row[1] for row in rows], before, after):
            _, _, owner, at = rows[place]
            away.setdefault(id(owner), set()).add(at)
            owners[id(owner)] = owner
    for name, owner in owners.items():
        for place in sorted(away[name]):
            number, column, value = owner.believed[place]
            owner.doubt(number, column, value[2], Reason.REGISTER_WRAPPED)
        owner.believed = [one for place, one in enumerate(owner.believed) if place not in away[name]]


def quarantine_rows(judged: Judged, at: datetime) -> list[QuarantinedValue]:
    """The rows of what is doubted of a batch."""
    return [
        _quarantined(judged, judged.batch.columns[column], (row, value), reason, at)
        for row, column, value, reason in judged.doubted
    ]


def _quarantined(
    judged: Judged, column: Column, what: tuple[int, int], reason: str, at: datetime
) -> QuarantinedValue:
    batch, (row, value) = judged.batch, what
    return QuarantinedValue(
        device_id=batch.device_id,
        profile=batch.profile,
        class_id=column.class_id,
        obis=obis_of(column.obis),
        attribute=column.attribute,
        scaler=column.scaler,
        unit=column.unit,
        ends_at_s=judged.stamps[row],
        value=max(_LOW, min(_HIGH, value)),
        quality=batch.rows[row].status & _QUALITY_MASK,
        reason=reason,
        batch_id=batch.id,
        kept_at=at,
    )
