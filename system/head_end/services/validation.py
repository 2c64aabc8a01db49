"""Validation of readings (VEE): accepted values, quarantine, and a person's acceptance of a change.

A person may say that a register really changed: its scaler, or that it began anew. What waited then counts;
the energy between the last value before and the first one after is unknown, and in no sum.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import TypeGuard, cast

from protocols.dlms.obis import obis_of
from protocols.intervals import seconds
from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end.errors import UnableToConfigure
from system.head_end.models import FieldRules, MeterAccess, QuarantinedValue, Series
from system.head_end.quantities import decreasing_values, is_cumulative
from system.head_end.selectors.quarantine import ACCEPTABLE, ColumnKey, last_believed_s
from system.head_end.store_port import Column, RowBatch
from system.head_end.value_storage.dialect import Value
from system.head_end.value_storage.values import neighbours, store_values
from system.head_end.vocabulary import Reason, Registration

#: What a column of values fits into.
_LOW, _HIGH = -(2**63), 2**63 - 1
_QUALITY_MASK = 0x7FFF_FFFF
CONTRADICTED = "contradicted"

#: (profile, OBIS, attribute).
SeriesKey = tuple[str, str, int]


@dataclass(slots=True)
class ValidatedBatch:
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


def validate(
    batches: Sequence[RowBatch],
    accesses: Mapping[int, MeterAccess],
    series: Mapping[int, Mapping[SeriesKey, Series]],
    rules: FieldRules,
) -> list[ValidatedBatch]:
    """Judge batches whose meters and series are known; the order stays."""
    judged = [
        _validate_batch(batch, accesses[batch.device_id], series[batch.device_id], rules) for batch in batches
    ]
    _check_registers(judged)
    return judged


def _validate_batch(
    batch: RowBatch, access: MeterAccess, series: Mapping[SeriesKey, Series], rules: FieldRules
) -> ValidatedBatch:
    """Validate a batch by itself: access, clock, scalers, range."""
    judged = ValidatedBatch(batch, tuple(seconds(row.ends_at) for row in batch.rows))
    whole = whole_batch_reason(batch, access, rules)
    newest_s = seconds(batch.received_at) + rules.clock_doubt_s
    qualities = [row.status & _QUALITY_MASK for row in batch.rows]
    timely = all(stamp <= newest_s for stamp in judged.stamps)
    for place, column in enumerate(batch.columns):
        known = series[(batch.profile, obis_of(column.obis), column.attribute)]
        other = (known.scaler, known.unit) != (column.scaler, column.unit)
        reason = whole or (Reason.SCALER_CHANGED if other else None)
        values = [row.values[place] if place < len(row.values) else None for row in batch.rows]
        if reason is None and timely and _all_fit(values):
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


def _all_fit(values: Sequence[int | None]) -> TypeGuard[Sequence[int]]:
    """True where a column is whole and fits: as nearly all are, so they are accepted in one go."""
    if not values or None in values:
        return False
    numbers = cast("Sequence[int]", values)
    return min(numbers) >= _LOW and max(numbers) <= _HIGH


def _not_understood(value: int) -> Reason | None:
    return None if _LOW <= value <= _HIGH else Reason.NOT_UNDERSTOOD


def whole_batch_reason(batch: RowBatch, access: MeterAccess, rules: FieldRules) -> Reason | None:
    """Reason against all of a batch; None: there is none."""
    if access.state != Registration.CONFIRMED.value:
        return Reason.WRONG_SERIAL
    if batch.clock_off_s is not None and abs(batch.clock_off_s) > rules.clock_doubt_s:
        return Reason.CLOCK_OFF
    return None


def _check_registers(judged: Iterable[ValidatedBatch]) -> None:
    """Registers that only count up, over all batches at once and beside what was kept before."""
    columns: dict[int, list[tuple[int, int, ValidatedBatch, int]]] = {}
    for one in judged:
        counting = [is_cumulative(column.obis, column.class_id) for column in one.batch.columns]
        for place, (_, column, value) in enumerate(one.believed):
            if counting[column]:
                columns.setdefault(value[0], []).append((value[1], value[2], one, place))
    for rows in columns.values():
        rows.sort(key=lambda row: row[0])
    beside = neighbours((key, rows[0][0], rows[-1][0]) for key, rows in columns.items())
    away: dict[int, set[int]] = {}
    owners: dict[int, ValidatedBatch] = {}
    for key, rows in columns.items():
        before, after = beside[key]
        for place in decreasing_values([row[1] for row in rows], before, after):
            _, _, owner, at = rows[place]
            away.setdefault(id(owner), set()).add(at)
            owners[id(owner)] = owner
    for name, owner in owners.items():
        for place in sorted(away[name]):
            number, column, value = owner.believed[place]
            owner.doubt(number, column, value[2], Reason.REGISTER_WRAPPED)
        owner.believed = [one for place, one in enumerate(owner.believed) if place not in away[name]]


def quarantine_rows(judged: ValidatedBatch, at: datetime) -> list[QuarantinedValue]:
    """The rows of what is doubted of a batch."""
    return [
        _quarantined(judged, judged.batch.columns[column], (row, value), reason, at)
        for row, column, value, reason in judged.doubted
    ]


def _quarantined(
    judged: ValidatedBatch, column: Column, what: tuple[int, int], reason: str, at: datetime
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


def accept_change(user: User, access: MeterAccess, reason: str) -> int:
    """End the series that waiting values contradict, begin others, and believe what fits; how many values.

    The waited values stay where they are, as they came; sums take them from now on.

    Raises:
        UnableToConfigure: the user may not, or nothing waits for that reason.
    """
    if access.provider_id != user.provider_id or not user.may(Operation.CONFIRM_REGISTRATION):
        raise UnableToConfigure("Su rol no permite aceptar cambios de un medidor.")
    if reason not in ACCEPTABLE:
        raise UnableToConfigure("Ese motivo no se puede aceptar.")
    now = business_now()
    with write_transaction():
        access = MeterAccess.objects.select_for_update().get(pk=access.pk)
        waiting = _waiting(access, reason)
        if not waiting:
            raise UnableToConfigure("No hay lecturas en espera por ese motivo.")
        believed = sum(_begin_series(access, values, now) for values in waiting.values())
        if access.doubt == reason:
            access.doubt, access.doubt_since = "", None
            access.save(update_fields=["doubt", "doubt_since"])
        audit.record(
            Operation.CONFIRM_REGISTRATION.value,
            user=user,
            subject=f"device:{access.device_id}",
            detail={"accepted": reason, "values": believed},
        )
    return believed


def _waiting(access: MeterAccess, reason: str) -> dict[ColumnKey, list[QuarantinedValue]]:
    """Quarantined values by column, those after the last accepted value."""
    out: dict[ColumnKey, list[QuarantinedValue]] = {}
    rows = QuarantinedValue.objects.filter(device_id=access.device_id, reason=reason)
    for row in rows.order_by("ends_at_s", "pk"):
        out.setdefault((row.profile, row.obis, row.attribute), []).append(row)
    for key in list(out):
        last = last_believed_s(access, key)
        out[key] = [row for row in out[key] if row.ends_at_s > last]
        if not out[key]:
            del out[key]
    return out


def _begin_series(access: MeterAccess, values: list[QuarantinedValue], now: datetime) -> int:
    newest = values[-1]
    key = {"profile": newest.profile, "obis": newest.obis, "attribute": newest.attribute}
    former = Series.objects.filter(device_id=access.device_id, retired_at__isnull=True, **key)
    period_s = former.values_list("period_s", flat=True).first() or 0
    former.update(retired_at=now)
    series = Series.objects.create(
        device_id=access.device_id,
        class_id=newest.class_id,
        scaler=newest.scaler,
        unit=newest.unit,
        period_s=period_s,
        created_at=now,
        **key,
    )
    same = [row for row in values if (row.scaler, row.unit) == (newest.scaler, newest.unit)]
    away = (
        decreasing_values([row.value for row in same], None)
        if is_cumulative(newest.obis, newest.class_id)
        else frozenset[int]()
    )
    kept = [row for place, row in enumerate(same) if place not in away]
    store_values([(series.pk, row.ends_at_s, row.value, row.quality) for row in kept])
    return len(kept)
