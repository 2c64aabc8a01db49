"""``amibench system backup``, ``restore`` and ``reconcile``, as an administrator types them."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run() -> Run:
    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
        more = {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": "sqlite:///books.db",
            "AMIBENCH_DATA_DIR": str(folder),
            "AMIBENCH_SECRET_KEY": "x" * 60,
            "AMIBENCH_HOSTS": "127.0.0.1",
        }
        return subprocess.run(
            [sys.executable, "-m", "amibench", "system", *arguments],
            cwd=folder,
            env={**kept, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def village(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of one provider, and its backup."""
    folder = tmp_path_factory.mktemp("village")
    assert run(folder, "migrate").returncode == 0
    said(run(folder, "create-provider", "Energía de Teorama", "--nit", "900"))
    said(run(folder, "backup", "village.backup"))
    return folder


def said(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that refused."""
    assert done.returncode == 3, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


def providers(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as books:
        return [name for (name,) in books.execute("SELECT name FROM registry_provider")]


def test_restored_elsewhere_it_is_the_same_and_says_so(run: Run, village: Path, tmp_path: Path) -> None:
    backup = village / "village.backup"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    answer = said(run(tmp_path, "restore", str(backup)))
    assert answer["kept_aside"] is None
    assert providers(tmp_path / "books.db") == ["Energía de Teorama"]
    with closing(sqlite3.connect(tmp_path / "books.db")) as books:
        actions = [row for (row,) in books.execute("SELECT action FROM accounts_audit_record ORDER BY id")]
    assert actions[-1] == "system.restored"
    assert said(run(tmp_path, "check-books")) == {"faults": [], "audit_broken_at": None}


def test_nothing_is_written_over(run: Run, village: Path) -> None:
    assert "exists" in complaint(run(village, "backup", "village.backup"))
    before = (village / "books.db").read_bytes()
    assert "--replace" in complaint(run(village, "restore", "village.backup"))
    assert (village / "books.db").read_bytes() == before
    assert "No such file" in complaint(run(village, "restore", "nothing"))


def test_a_database_in_use_is_not_replaced(run: Run, village: Path) -> None:
    with closing(sqlite3.connect(village / "books.db")) as somebody:
        somebody.execute("SELECT COUNT(*) FROM registry_provider").fetchone()
        assert "in use" in complaint(run(village, "restore", "village.backup", "--replace"))
    answer = said(run(village, "restore", "village.backup", "--replace"))
    assert providers(Path(answer["kept_aside"])) == providers(village / "books.db")


def test_a_backup_of_a_newer_version_is_refused(run: Run, village: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "books.db")) as later:
        later.executescript(
            "CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT);"
            "INSERT INTO django_migrations VALUES (1, 'vending', '9999_from_the_future', '2040-01-01');"
        )
    said_no = run(tmp_path, "backup", "future.backup")
    assert said_no.returncode != 0 or "future.backup" in said_no.stdout
    assert "newer version" in complaint(run(village, "restore", str(tmp_path / "future.backup"), "--replace"))


def test_reconcile_without_a_module_says_so(run: Run, village: Path) -> None:
    assert "security module" in complaint(run(village, "reconcile"))
    assert "no offset" in complaint(run(village, "reconcile", "--since", "2026-11-24T10:00:00"))
    assert "no user" in complaint(run(village, "reconcile", "--write-back-as", "nadie"))
