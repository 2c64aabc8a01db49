"""Who may do a chore now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from system.chores.models import ChoreRow
from system.chores.table import Chore
from system.config.writer import writing

#: After failures the pause doubles, up to this, seconds.
PAUSE_MAX_S = 900.0


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to do a chore."""

    chore: Chore
    number: int


def take_turn(chore: Chore, worker: str, now: datetime) -> Turn | None:
    """The chore is ours until its lease ends; None: not due, or somebody does it."""
    with writing():
        ChoreRow.objects.get_or_create(name=chore.name, defaults={"due_at": now})
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        mine = ChoreRow.objects.filter(free, name=chore.name, due_at__lte=now).update(
            leased_by=worker[:80],
            leased_until=now + timedelta(seconds=chore.lease_s),
            lease_number=F("lease_number") + 1,
        )
        if not mine:
            return None
        return Turn(chore, ChoreRow.objects.get(name=chore.name).lease_number)


def end_turn(turn: Turn, now: datetime, failure: str = "") -> bool:
    """Give it back, with the class of what went wrong; False where it was lost meanwhile."""
    with writing():
        rows = ChoreRow.objects.filter(name=turn.chore.name, lease_number=turn.number)
        row = rows.first()
        if row is None:
            return False
        failures = row.failures + 1 if failure else 0
        pause_s = turn.chore.period_s
        if failures:
            pause_s = max(pause_s, min(turn.chore.period_s * 2 ** min(failures, 20), PAUSE_MAX_S))
        rows.update(
            leased_by="",
            leased_until=None,
            due_at=now + timedelta(seconds=pause_s),
            failures=failures,
            reason=failure[:100],
            ended_at=now,
        )
        return True


def next_due(chores: tuple[Chore, ...], now: datetime) -> float:
    """Seconds until something may be due; 0 where a chore was never done."""
    names = [chore.name for chore in chores]
    due = dict(ChoreRow.objects.filter(name__in=names).values_list("name", "due_at"))
    if len(due) < len(names):
        return 0.0
    return max(0.0, min((instant - now).total_seconds() for instant in due.values()))
