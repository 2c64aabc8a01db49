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
from system.background_jobs.models import JobRow
from system.config.clock import security_now
from system.config.transactions import write_transaction

_LOGGER = logging.getLogger("amibench.work")
#: Longest and shortest pause between two looks, seconds.
REST_MAX_S, REST_MIN_S = 5.0, 0.2
#: After failures the pause doubles, up to this, seconds.
FAILURE_PAUSE_MAX_S = 900.0


@dataclass(frozen=True, slots=True)
class JobLease:
    """Lease of a job."""

    job: Job
    number: int


def take_lease(job: Job, worker: str, now: datetime) -> JobLease | None:
    """Lease of a job that is due; None: it is not, or another worker has it."""
    with write_transaction():
        JobRow.objects.get_or_create(name=job.name, defaults={"due_at": now})
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
        mine = JobRow.objects.filter(free, name=job.name, due_at__lte=now).update(
            leased_by=worker[:80],
            leased_until=now + timedelta(seconds=job.lease_s),
            lease_number=F("lease_number") + 1,
        )
        if not mine:
            return None
        return JobLease(job, JobRow.objects.get(name=job.name).lease_number)


def end_lease(lease: JobLease, now: datetime, failure: str = "") -> bool:
    """End a lease, with the class of the error that came; False where it was lost meanwhile."""
    with write_transaction():
        rows = JobRow.objects.filter(name=lease.job.name, lease_number=lease.number)
        row = rows.first()
        if row is None:
            return False
        failures = row.failures + 1 if failure else 0
        pause_s = lease.job.period_s
        if failures:
            pause_s = max(pause_s, min(lease.job.period_s * 2 ** min(failures, 20), FAILURE_PAUSE_MAX_S))
        rows.update(
            leased_by="",
            leased_until=None,
            due_at=now + timedelta(seconds=pause_s),
            failures=failures,
            reason=failure[:100],
            ended_at=now,
        )
        return True


def next_due(jobs: tuple[Job, ...], now: datetime) -> float:
    """Seconds until something may be due; 0 where a job was never done."""
    names = [job.name for job in jobs]
    due = dict(JobRow.objects.filter(name__in=names).values_list("name", "due_at"))
    if len(due) < len(names):
        return 0.0
    return max(0.0, min((instant - now).total_seconds() for instant in due.values()))


def worker_name() -> str:
    """Name of this process, for people; the random part tells processes apart that follow each other."""
    return f"{os.uname().nodename}:{os.getpid()}:{secrets.token_hex(3)}"


def work_once(
    worker: str, jobs: tuple[Job, ...] = JOBS, stop: threading.Event | None = None
) -> dict[str, str]:
    """Do everything that is due now, once.

    Args:
        worker: its name.
        jobs: in this order.
        stop: once it is set, no other job is begun.

    Returns:
        Job -> its outcome (``done``, ``failed``, a line).
    """
    said: dict[str, str] = {}
    for job in jobs:
        if stop is not None and stop.is_set():
            break
        lease = take_lease(job, worker, security_now())
        if lease is not None:
            said[job.name] = _do(lease)
    return said


def work(stop: threading.Event, worker: str, jobs: tuple[Job, ...] = JOBS) -> None:
    """Work until `stop` is set; a job that has begun is ended first."""
    while not stop.is_set():
        try:
            work_once(worker, jobs, stop)
            rest_s = next_due(jobs, security_now())
        except Exception as error:  # the database is away: wait, and look again
            _LOGGER.warning("work: %s", type(error).__name__)
            rest_s = REST_MAX_S
        close_old_connections()
        stop.wait(min(max(rest_s, REST_MIN_S), REST_MAX_S))


def _do(lease: JobLease) -> str:
    name = lease.job.name
    try:
        line = _verb(lease.job)() or ""
    except Exception as error:
        kind = type(error).__name__
        # neither the error's text nor its trace: both may hold data
        _LOGGER.error("%s: failed: %s at %s", name, kind, _where(error))
        end_lease(lease, security_now(), kind)
        return f"failed: {kind}"
    end_lease(lease, security_now())
    if line:
        _LOGGER.info("%s: %s", name, line)
    return line or "done"


def _verb(job: Job) -> Callable[[], str]:
    module, _, name = job.verb.rpartition(".")
    found: Callable[[], str] = getattr(import_module(module), name)
    return found


def _where(error: BaseException) -> str:
    """File and line of the error, of the innermost frame."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{os.path.basename(code.co_filename)}:{trace.tb_lineno}"
