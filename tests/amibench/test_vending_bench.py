"""The bench of sales: what it makes of what was measured, and where it may not write."""

import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from amibench.commands.benchmark import BENCHES
from amibench.commands.benchmark import vending as bench
from amibench.commands.benchmark.vending import sell, timing
from amibench.commands.benchmark.vending.timing import Timing
from amibench.errors import CommandError


def measured(vendor: str, sales_per_s: float) -> dict[str, object]:
    one = {
        "syncs": asdict(Timing(400.0, 0.01)),
        "inserts": asdict(Timing(200.0, 0.01)),
        "sales": asdict(Timing(sales_per_s, 0.02)),
    }
    return {"vendor": vendor, "rounds": [one, one]}


def test_rows_stand_beside_their_yardsticks() -> None:
    assert "vending" in BENCHES
    over_http = [(400.0, Timing(60.0, 0.2)), (800.0, Timing(80.0, 0.4)), (600.0, Timing(60.0, 0.25))]
    sync, insert, service, http = bench._rows(measured("sqlite", 100.0), over_http, 8)
    assert (sync.per_s, insert.per_s, sync.met, insert.met) == (400.0, 200.0, None, None)
    assert (service.yardstick, service.ratio, service.met) == (insert.name, 0.5, True)
    assert (http.yardstick, http.ratio, http.per_s, http.p99_s) == (sync.name, 0.1, 60.0, 0.25)
    assert http.met


@pytest.mark.parametrize(("vendor", "per_s", "p99_s", "met"), [
    ("sqlite", 49.0, 0.1, False),
    ("sqlite", 60.0, 0.4, False),
    ("postgresql", 60.0, 0.4, False),
    ("postgresql", 90.0, 0.4, True),
])  # fmt: skip
def test_goals_are_those_of_the_database(vendor: str, per_s: float, p99_s: float, met: bool) -> None:
    rows = bench._rows(measured(vendor, 30.0), [(400.0, Timing(per_s, p99_s))], 8)
    assert rows[3].met is met


def test_laps_count_and_find_the_slowest_of_a_hundred() -> None:
    assert Timing.of([0.01] * 99 + [5.0], 10.0) == Timing(10.0, 5.0)
    assert Timing.of([0.01] * 198 + [0.3, 5.0], 10.0) == Timing(20.0, 0.3)
    assert Timing.of([], 2.0) == Timing(0.0, 0.0)


def test_timing_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    instants = iter(range(100))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(instants)))
    done: list[int] = []
    assert timing.timed(3.0, lambda: done.append(1)) == Timing(1.0, 1.0)
    assert len(done) == 3


def test_a_portal_that_is_gone_is_told() -> None:
    prepared = {"sessions": ["x"], "drns": ["00000000010"]}
    with pytest.raises(CommandError, match="does not answer: ConnectionRefusedError"):
        sell("http://127.0.0.1:9/", prepared, 2, 1.0)


def test_a_database_with_tables_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    kept = sqlite3.connect(tmp_path / "books.db")
    kept.execute("CREATE TABLE ours (n)")
    kept.close()
    monkeypatch.setenv("DATABASE_URL", "postgresql://real:system@127.0.0.1/never")
    environment = bench._environment(tmp_path)
    assert environment["DATABASE_URL"] == "sqlite:///books.db"  # what a real system uses is not touched
    done = subprocess.run(
        [sys.executable, "-m", "amibench.commands.benchmark.vending.books", "1", "1"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not empty" in done.stderr
