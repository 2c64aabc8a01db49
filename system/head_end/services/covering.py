"""For which times the rows of a profile were got: had, none there, doubted."""

from collections.abc import Iterable, Sequence

from django.db.models import BigIntegerField, CharField

from system.config.among import Keys
from system.config.compiled import CompiledQuery, insert, update
from system.head_end import spans
from system.head_end.models import Coverage
from system.head_end.periods import seconds
from system.head_end.services.judging import Judged

_CHANGES = ("had", "none_there", "doubted", "period_s", "changed_at")
_COVERAGES = CompiledQuery(
    lambda device_ids, profiles: Coverage.objects.filter(
        device_id__among=device_ids, profile__among=profiles
    ),
    device_ids=Keys(BigIntegerField()),
    profiles=Keys(CharField()),
)


def cover(judged: Sequence[Judged]) -> None:
    """Write down what batches cover, within the caller's transaction."""
    wanted: dict[tuple[int, str], list[Judged]] = {}
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
            _cover(row, one)
    insert(*fresh)
    update(*(known[key] for key in wanted if key in known), fields=_CHANGES)


def _cover(row: Coverage, judged: Judged) -> None:
    batch, period_s = judged.batch, judged.batch.period_s
    row.period_s, row.changed_at = period_s, batch.received_at
    got = spans.union((end - period_s, end) for end in judged.stamps)
    asked = _asked(judged)
    row.had = _lists(spans.add(row.had, *got, *asked))
    without = spans.subtract(row.none_there, [*got, *asked])
    empty = [span for span in spans.subtract(asked, got) if span[1] - span[0] >= period_s]
    row.none_there = _lists(spans.add(without, *empty))
    ends = {judged.stamps[number] for number, *_ in judged.doubted}
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
