"""``amibench system``: from an empty folder to a served portal, as an administrator does it."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": "sqlite:///books.db",
        "AMIBENCH_DATA_DIR": str(folder),
        "AMIBENCH_SECRET_KEY": "x" * 60,
        "AMIBENCH_HOSTS": "127.0.0.1",
        "AMIBENCH_TLS": "false",
        "AMIBENCH_PASSWORD": "una clave larga 1",
        **more,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("village")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "amibench", "system", *arguments],
            cwd=folder,
            env=environment(folder, **more),
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def said(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", autouse=True)
def migrated(run: Run) -> None:
    assert run("migrate").returncode == 0
    said(run("create-provider", "P", "--nit", "1"))


def test_from_an_empty_folder_to_a_portal(run: Run, folder: Path) -> None:
    assert said(run("create-provider", "Energía de Teorama", "--nit", "900"))["name"] == "Energía de Teorama"
    made = run(
        "create-user", "ana", "--role", "cashier", "--provider", "Energía de Teorama", "--name", "Ana Ríos"
    )
    assert said(made) == {"user": "ana", "role": "cashier"}
    assert said(run("check-books")) == {"faults": [], "audit_broken_at": None}
    assert said(run("recover-sales")) == {"minted": 0, "cancelled": 0, "unknown": 0}
    process = subprocess.Popen(
        [sys.executable, "-m", "amibench", "system", "serve", "--port", "0"],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        with urllib.request.urlopen(url) as answer:  # the way leads to the login
            page = answer.read().decode()
        assert "Contraseña" in page
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


@pytest.mark.parametrize(
    ("arguments", "more", "words"),
    [
        (("create-user", "ana", "--role", "king", "--provider", "1"), {}, "no role"),
        (("create-user", "ana", "--role", "cashier", "--provider", "9"), {}, "no provider"),
        (
            ("create-user", "beto", "--role", "cashier", "--provider", "1"),
            {"AMIBENCH_PASSWORD": "1"},
            "contraseña",
        ),
        (("create-provider", "P", "--nit", "1"), {}, "already"),
        (("explain-sale", "20260101-000001"), {}, "no sale"),
        (("explain-sale", "x", "--lang", "fr"), {}, "es or en"),
        (("check-books",), {"DATABASE_URL": "oracle://x"}, "known are"),
        (("check-books",), {"AMIBENCH_SECRET_KEY": "short"}, "too short"),
        (("check-books",), {"AMIBENCH_HOSTS": ""}, "AMIBENCH_HOSTS"),
        (("check-books",), {"DJANGO_SETTINGS_MODULE": "nowhere"}, "names no settings"),
        (("serve", "--host", "203.0.113.1"), {}, "cannot be had"),
        (("restore", "nothing"), {}, "No such file"),
        (("reconcile",), {}, "security module"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    run: Run, arguments: tuple[str, ...], more: dict[str, str], words: str
) -> None:
    done = run(*arguments, **more)
    assert done.returncode == 3
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def actions_in(file: Path) -> list[str]:
    """What the audit trail of a database says was done."""
    with closing(sqlite3.connect(file)) as books:
        return [row for (row,) in books.execute("SELECT action FROM accounts_audit_record ORDER BY id")]


def test_a_backup_comes_back_and_nothing_is_written_over(run: Run, folder: Path) -> None:
    books, backup = folder / "books.db", folder / "village.backup"
    assert said(run("backup", backup.name))["engine"] == "sqlite"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    done = actions_in(books)
    for words, refused in (("backup", "exists"), ("restore", "--replace")):
        no = run(words, backup.name)
        assert no.returncode == 3
        assert refused in no.stderr
    with closing(sqlite3.connect(books)) as somebody:
        somebody.execute("SELECT COUNT(*) FROM registry_provider").fetchone()
        assert "in use" in run("restore", backup.name, "--replace").stderr
    assert actions_in(books) == done
    answer = said(run("restore", backup.name, "--replace"))
    assert actions_in(Path(answer["kept_aside"])) == done
    # the backup was taken before the trail said so
    assert actions_in(books) == [*done[:-1], "system.restored"]
    assert done[-1] == "system.backed-up"
