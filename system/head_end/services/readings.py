"""Storage of readings that a collector brings, once: values, coverage, quarantine, the batch itself."""

import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import BigIntegerField, CharField, UUIDField

from protocols import intervals
from protocols.dlms.obis import obis_of
from protocols.intervals import seconds
from system.config.compiled_queries import CompiledQuery, KeyList, insert, update
from system.head_end.models import (
    Channel,
    Coverage,
    FieldRules,
    MeterAccess,
    QuarantinedValue,
    ReadingBatch,
    Series,
)
from system.head_end.selectors.meter_access import accesses_behind, rules_of
from system.head_end.services.validation import (
    CONTRADICTED,
    SeriesKey,
    ValidatedBatch,
    quarantine_rows,
    validate,
)
from system.head_end.store_port import Column, RowBatch, StoreResult
from system.head_end.value_storage.values import Stored, ValueFate, store_values
from system.head_end.vocabulary import Reason

_CHANGES = ("had", "none_there", "doubted", "period_s", "changed_at")
_COVERAGES = CompiledQuery(
    lambda device_ids, profiles: Coverage.objects.filter(
        device_id__any_of=device_ids, profile__any_of=profiles
    ),
    device_ids=KeyList(BigIntegerField()),
    profiles=KeyList(CharField()),
)


def record_coverage(judged: Sequence[ValidatedBatch]) -> None:
    """Write down what batches cover, within the caller's transaction."""
    wanted: dict[tuple[int, str], list[ValidatedBatch]] = {}
    for one in judged:
        if one.batch.period_s > 0:
            wanted.setdefault((one.batch.device_id, one.batch.profile), []).append(one)
    if not wanted:
        return
    device_ids, profiles = map(set, zip(*wanted, strict=True))
    found = _COVERAGES(device_ids=device_ids, profiles=profiles)
    known = {(row.device_id, row.profile): row for row in found}
    fresh: list[Coverage] = []
    for key, ones in wanted.items():
        row = known.get(key)
        if row is None:
            row = Coverage(device_id=key[0], profile=key[1])
            fresh.append(row)
        for one in ones:
            _record(row, one)
    insert(*fresh)
    update(*(known[key] for key in wanted if key in known), fields=_CHANGES)


def _record(row: Coverage, judged: ValidatedBatch) -> None:
    batch, period_s = judged.batch, judged.batch.period_s
    row.period_s, row.changed_at = period_s, batch.received_at
    got = intervals.union((end - period_s, end) for end in judged.stamps)
    asked = _asked(judged)
    row.had = _lists(intervals.add(row.had, *got, *asked))
    without = intervals.subtract(row.none_there, [*got, *asked])
    empty = [span for span in intervals.subtract(asked, got) if span[1] - span[0] >= period_s]
    row.none_there = _lists(intervals.add(without, *empty))
    ends = {judged.stamps[number] for number, *_ in judged.doubted}
    row.doubted = _lists(intervals.add(row.doubted, *((end - period_s, end) for end in ends)))


def _asked(judged: ValidatedBatch) -> list[intervals.Span]:
    """Time that the meter answered for; never the future."""
    covered = judged.batch.covered
    if covered is None:
        return []
    return intervals.union(
        [(seconds(covered[0]), min(seconds(covered[1]), seconds(judged.batch.received_at)))]
    )


def _lists(found: Iterable[intervals.Span]) -> list[list[int]]:
    """As JSON has them."""
    return [list(span) for span in found]


_INSERT_MANY = 500

_BATCHES = CompiledQuery(
    lambda batch_ids: ReadingBatch.objects.filter(pk__any_of=batch_ids).only("pk"),
    batch_ids=KeyList(UUIDField()),
)
_SERIES = CompiledQuery(
    lambda device_ids, profiles: Series.objects.filter(
        device_id__any_of=device_ids, profile__any_of=profiles, retired_at__isnull=True
    ).order_by(),
    device_ids=KeyList(BigIntegerField()),
    profiles=KeyList(CharField()),
)


def store_readings(channel: Channel, batches: Sequence[RowBatch]) -> list[StoreResult]:
    """Keep batches of meters behind a channel, within the caller's transaction, which holds its lease.

    Every question is asked once for all batches: the way to the database costs more than its answer.

    Returns:
        For each batch what became of its rows: a row is new where any of its values is.
    """
    accesses = accesses_behind(channel.pk, [batch.device_id for batch in batches])
    before = {row.pk for row in _BATCHES(batch_ids=[batch.id for batch in batches])}
    fresh: dict[uuid.UUID, RowBatch] = {}
    for batch in batches:
        if batch.id not in before and batch.device_id in accesses:
            fresh.setdefault(batch.id, batch)
    kept = _store(channel, list(fresh.values()), accesses) if fresh else {}
    return [
        kept.pop(batch.id)
        if batch.id in kept
        else StoreResult(0, len(batch.rows))
        if batch.device_id in accesses
        else StoreResult(0, 0, quarantined=Reason.UNKNOWN_METER)
        for batch in batches
    ]


def _store(
    channel: Channel, batches: Sequence[RowBatch], accesses: Mapping[int, MeterAccess]
) -> dict[uuid.UUID, StoreResult]:
    rules = rules_of(channel.provider_id)
    judged = validate(batches, accesses, _series(batches), rules)
    stored = store_values([value for one in judged for _, _, value in one.believed])
    rows = {one.batch.id: _count(one, stored) for one in judged}
    doubtful = [row for one in judged for row in quarantine_rows(one, one.batch.received_at)]
    if doubtful:
        QuarantinedValue.objects.bulk_create(doubtful, ignore_conflicts=True, batch_size=_INSERT_MANY)
    record_coverage(judged)
    insert(*(_batch_row(one, rows[one.batch.id]) for one in judged))
    _note_doubts(judged, accesses, rules)
    return rows


def _count(judged: ValidatedBatch, stored: Stored) -> StoreResult:
    """Rows by what became of them; what contradicts goes to what is doubted."""
    if stored.all_new:
        return StoreResult(len({number for number, _, _ in judged.believed}), 0, 0, judged.reason)
    fates: dict[int, set[ValueFate]] = {}
    for number, column, value in judged.believed:
        fate = stored.fate(value)
        fates.setdefault(number, set()).add(fate)
        if fate is ValueFate.CONTRADICTED:
            judged.doubted.append((number, column, value[2], CONTRADICTED))
    contradicted = sum(ValueFate.CONTRADICTED in found for found in fates.values())
    new = sum(ValueFate.NEW in found and ValueFate.CONTRADICTED not in found for found in fates.values())
    return StoreResult(new, len(fates) - new - contradicted, contradicted, judged.reason)


def _series(batches: Sequence[RowBatch]) -> dict[int, dict[SeriesKey, Series]]:
    """Device -> its open series, those of new columns made."""
    out: dict[int, dict[SeriesKey, Series]] = {batch.device_id: {} for batch in batches}
    profiles = {batch.profile for batch in batches}
    for row in _SERIES(device_ids=list(out), profiles=profiles):
        out[row.device_id][(row.profile, row.obis, row.attribute)] = row
    made: dict[tuple[int, SeriesKey], Series] = {}
    for batch in batches:
        for column in batch.columns:
            key = (batch.profile, obis_of(column.obis), column.attribute)
            if key not in out[batch.device_id]:
                made.setdefault((batch.device_id, key), _new_series(batch, key, column))
    for row in Series.objects.bulk_create(made.values()) if made else ():
        out[row.device_id][(row.profile, row.obis, row.attribute)] = row
    return out


def _new_series(batch: RowBatch, key: SeriesKey, column: Column) -> Series:
    return Series(
        device_id=batch.device_id,
        profile=key[0],
        obis=key[1],
        attribute=key[2],
        class_id=column.class_id,
        scaler=column.scaler,
        unit=column.unit,
        period_s=batch.period_s,
        created_at=batch.received_at,
    )


def _batch_row(judged: ValidatedBatch, kept: StoreResult) -> ReadingBatch:
    batch = judged.batch
    covered = batch.covered
    return ReadingBatch(
        id=batch.id,
        device_id=batch.device_id,
        profile=batch.profile,
        source=batch.source.value,
        received_at=batch.received_at,
        covered_after_s=seconds(covered[0]) if covered else None,
        covered_to_s=seconds(covered[1]) if covered else None,
        clock_off_s=batch.clock_off_s,
        rows=len(batch.rows),
        new=kept.new,
        known=kept.known,
        contradicted=kept.contradicted,
        quarantined=len(judged.doubted),
        reason=judged.reason.value if judged.reason else "",
        raw=zlib.compress(batch.raw, 1) if batch.raw else b"",
    )


def _note_doubts(
    judged: Sequence[ValidatedBatch], accesses: Mapping[int, MeterAccess], rules: FieldRules
) -> None:
    """Let the meter's row say that it is not believed; a clock that is right again clears itself."""
    for one in judged:
        access, batch = accesses[one.batch.device_id], one.batch
        if one.reason is not None and access.doubt != one.reason.value:
            _doubt(access, one.reason.value, batch.received_at)
        elif access.doubt == Reason.CLOCK_OFF.value and one.reason is None and _right(batch, rules):
            _doubt(access, "", None)


def _right(batch: RowBatch, rules: FieldRules) -> bool:
    return batch.clock_off_s is not None and abs(batch.clock_off_s) <= rules.clock_doubt_s


def _doubt(access: MeterAccess, reason: str, since: datetime | None) -> None:
    access.doubt, access.doubt_since = reason, since
    update(access, fields=["doubt", "doubt_since"])
