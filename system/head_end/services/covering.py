"""For which times the rows of a profile were got: had, none there, doubted."""

from collections.abc import Iterable, Sequence

from django.db.models import BigIntegerField, CharField

from system.config.compiled import CompiledQuery, insert
from system.head_end import spans
from system.head_end.models import Coverage
from system.head_end.periods import seconds
from system.head_end.services.judging import Judged

_CHANGES = ("had", "none_there", "doubted", "period_s", "changed_at")
_COVERAGE = CompiledQuery(
    lambda device_id, profile: Coverage.objects.filter(device_id=device_id, profile=profile),
    device_id=BigIntegerField(),
    profile=CharField(),
)


def cover(judged: Sequence[Judged]) -> None:
    """Write down what batches cover, within the caller's transaction."""
    wanted = [one for one in judged if one.batch.period_s > 0]
    if not wanted:
        return
    rows: dict[tuple[int, str], Coverage] = {}
    for one in wanted:
        key = (one.batch.device_id, one.batch.profile)
        if key not in rows:
            known = _COVERAGE.first(device_id=key[0], profile=key[1])
            rows[key] = known or Coverage(device_id=key[0], profile=key[1], period_s=one.batch.period_s)
        _cover(rows[key], one)
    insert(*(row for row in rows.values() if row.pk is None))
    for row in rows.values():
        if row.pk is not None:
            row.save(force_update=True, update_fields=_CHANGES)


def _cover(row: Coverage, judged: Judged) -> None:
    batch, period_s = judged.batch, judged.batch.period_s
    row.period_s, row.changed_at = period_s, batch.received_at
    got = spans.union((seconds(r.ends_at) - period_s, seconds(r.ends_at)) for r in batch.rows)
    asked = _asked(judged)
    row.had = _lists(spans.add(row.had, *got, *asked))
    without = spans.subtract(row.none_there, [*got, *asked])
    empty = [span for span in spans.subtract(asked, got) if span[1] - span[0] >= period_s]
    row.none_there = _lists(spans.add(without, *empty))
    ends = {seconds(batch.rows[number].ends_at) for number, *_ in judged.doubted}
    row.doubted = _lists(spans.add(row.doubted, *((end - period_s, end) for end in ends)))


def _asked(judged: Judged) -> list[spans.Span]:
    """What the meter answered for; never what lies in the future."""
    covered = judged.batch.covered
    if covered is None:
        return []
    return spans.union([(seconds(covered[0]), min(seconds(covered[1]), seconds(judged.batch.received_at)))])


def _lists(found: Iterable[spans.Span]) -> list[list[int]]:
    """As JSON has them."""
    return [list(span) for span in found]
