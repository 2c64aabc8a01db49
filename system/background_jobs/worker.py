"""Worker of background jobs: leases what is due, does it, and goes on to the next.

A job that fails leaves one line in the log, and the others go on.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module

from django.db import close_old_connections
from django.db.models import F, Q

from system.background_jobs.jobs import JOBS, Job
from system.background_jobs.models import ChoreRow
from system.config.clock import security_now
from system.config.transactions import write_transaction

# ---- Who may do a chore now.

#: After failures the pause doubles, up to this, seconds.
FAILURE_PAUSE_MAX_S = 900.0


@dataclass(frozen=True, slots=True)
class JobLease:
    """The right to do a chore."""

    chore: Job
    number: int


def take_lease(chore: Job, worker: str, now: datetime) -> JobLease | None:
    """The chore is ours until its lease ends; None: not due, or somebody does it."""
    with write_transaction():
        ChoreRow.objects.get_or_create(name=chore.name, defaults={"due_at": now})
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        mine = ChoreRow.objects.filter(free, name=chore.name, due_at__lte=now).update(
            leased_by=worker[:80],
            leased_until=now + timedelta(seconds=chore.lease_s),
            lease_number=F("lease_number") + 1,
        )
        if not mine:
            return None
        return JobLease(chore, ChoreRow.objects.get(name=chore.name).lease_number)


def end_lease(turn: JobLease, now: datetime, failure: str = "") -> bool:
    """Give it back, with the class of what went wrong; False where it was lost meanwhile."""
    with write_transaction():
        rows = ChoreRow.objects.filter(name=turn.chore.name, lease_number=turn.number)
        row = rows.first()
        if row is None:
            return False
        failures = row.failures + 1 if failure else 0
        pause_s = turn.chore.period_s
        if failures:
            pause_s = max(pause_s, min(turn.chore.period_s * 2 ** min(failures, 20), FAILURE_PAUSE_MAX_S))
        rows.update(
            leased_by="",
            leased_until=None,
            due_at=now + timedelta(seconds=pause_s),
            failures=failures,
            reason=failure[:100],
            ended_at=now,
        )
        return True


def next_due(chores: tuple[Job, ...], now: datetime) -> float:
    """Seconds until something may be due; 0 where a chore was never done."""
    names = [chore.name for chore in chores]
    due = dict(ChoreRow.objects.filter(name__in=names).values_list("name", "due_at"))
    if len(due) < len(names):
        return 0.0
    return max(0.0, min((instant - now).total_seconds() for instant in due.values()))


# ---- Does what is due. A chore that fails leaves one line in the log, and the others go on.

_LOGGER = logging.getLogger("amibench.work")
#: Longest and shortest pause between two looks, seconds.
REST_MAX_S, REST_MIN_S = 5.0, 0.2


def worker_name() -> str:
    """Of this process, for people; the random part tells apart processes that follow each other."""
    return f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"


def work_once(
    worker: str, chores: tuple[Job, ...] = JOBS, stop: threading.Event | None = None
) -> dict[str, str]:
    """Everything that is due now, once: chore -> what came of it (``done``, ``failed``, a line).

    Args:
        worker: who does it.
        chores: in this order.
        stop: once it is set, no other chore is begun.
    """
    said: dict[str, str] = {}
    for chore in chores:
        if stop is not None and stop.is_set():
            break
        turn = take_lease(chore, worker, security_now())
        if turn is not None:
            said[chore.name] = _do(turn)
    return said


def work(stop: threading.Event, worker: str, chores: tuple[Job, ...] = JOBS) -> None:
    """Until told to stop; a chore that has begun is ended first."""
    while not stop.is_set():
        try:
            work_once(worker, chores, stop)
            rest_s = next_due(chores, security_now())
        except Exception as error:  # the database is away: wait, and look again
            _LOGGER.warning("work: %s", type(error).__name__)
            rest_s = REST_MAX_S
        close_old_connections()
        stop.wait(min(max(rest_s, REST_MIN_S), REST_MAX_S))


def _do(turn: JobLease) -> str:
    name = turn.chore.name
    try:
        line = _verb(turn.chore)() or ""
    except Exception as error:
        kind = type(error).__name__
        # neither the error's text nor its trace: both may hold data
        _LOGGER.error("%s: failed: %s at %s", name, kind, _where(error))
        end_lease(turn, security_now(), kind)
        return f"failed: {kind}"
    end_lease(turn, security_now())
    if line:
        _LOGGER.info("%s: %s", name, line)
    return line or "done"


def _verb(chore: Job) -> Callable[[], str]:
    module, _, name = chore.verb.rpartition(".")
    found: Callable[[], str] = getattr(import_module(module), name)
    return found


def _where(error: BaseException) -> str:
    """File and line where it happened, of the innermost frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{os.path.basename(code.co_filename)}:{trace.tb_lineno}"
