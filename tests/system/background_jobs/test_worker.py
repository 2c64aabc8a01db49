"""Each job by one worker at a time, apart from the others; whoever dies loses his lease."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from system.background_jobs import worker
from system.background_jobs.jobs import JOBS, Job
from system.background_jobs.models import JobRow
from system.background_jobs.worker import FAILURE_PAUSE_MAX_S, end_lease, take_lease
from system.config.clock import security_now

DONE: list[str] = []
ONE = Job("one", 60, f"{__name__}.one", lease_s=100)
BAD = Job("bad", 60, f"{__name__}.bad")


def one() -> str:
    DONE.append("one")
    return ""


def bad() -> str:
    raise ValueError("a secret")


def test_one_at_a_time_and_not_before_it_is_due(db: Any) -> None:
    now = security_now()
    lease = take_lease(ONE, "a", now)
    assert lease is not None
    assert take_lease(ONE, "b", now) is None
    assert end_lease(lease, now)
    assert take_lease(ONE, "b", now + timedelta(seconds=59)) is None
    assert take_lease(ONE, "b", now + timedelta(seconds=61)) is not None


def test_who_dies_loses_his_turn_and_ends_nothing_afterwards(db: Any) -> None:
    now = security_now()
    lost = take_lease(ONE, "a", now)
    assert lost is not None
    assert take_lease(ONE, "b", now + timedelta(seconds=101)) is not None
    assert not end_lease(lost, now)
    assert JobRow.objects.get().leased_by == "b"


def test_a_chore_that_fails_leaves_one_line_without_data(db: Any, caplog: pytest.LogCaptureFixture) -> None:
    DONE.clear()
    said = worker.work_once("a", (BAD, ONE))
    assert said == {"bad": "failed: ValueError", "one": "done"}
    assert DONE == ["one"]
    assert len(caplog.records) == 1
    assert "secret" not in caplog.text
    row = JobRow.objects.get(name="bad")
    assert (row.failures, row.reason) == (1, "ValueError")


def test_pauses_after_failures_grow_to_a_limit(db: Any) -> None:
    now = security_now()
    for _ in range(30):
        JobRow.objects.update(due_at=now)
        lease = take_lease(BAD, "a", now)
        assert lease is not None
        end_lease(lease, now, "ValueError")
    assert (JobRow.objects.get().due_at - now).total_seconds() == FAILURE_PAUSE_MAX_S


def test_it_stops_when_told(db: Any) -> None:
    stop = threading.Event()
    stop.set()
    worker.work(stop, "a", (ONE,))
    assert not JobRow.objects.exists()


def test_told_to_stop_within_a_chore_it_begins_no_other(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setitem(globals(), "one", lambda: stop.set() or "")
    assert worker.work_once("a", (ONE, BAD), stop) == {"one": "done"}
    assert list(JobRow.objects.values_list("name", "leased_by")) == [("one", "")]


def test_names_are_used_once() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
