"""Books in a file, for tests with processes: a copy of the tables that the test session has made already.

Migrating again would cost more than most tests; other processes do not see the transaction of a test. A test
with these books bears the mark ``django_db`` all the same: it is what makes the session have tables.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def empty_books(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A file with every table, taken before any test has begun a transaction."""
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("the books are copied as SQLite copies them")
    path = tmp_path_factory.mktemp("books") / "empty.db"
    with django_db_blocker.unblock(), closing(sqlite3.connect(path)) as file:
        connection.ensure_connection()
        connection.connection.backup(file)
        file.execute("PRAGMA journal_mode = wal")
    return path


@pytest.fixture
def books(empty_books: Path, tmp_path: Path) -> Path:
    """Books of one test."""
    return copy_of(empty_books, tmp_path / "books.db")


def copy_of(empty: Path, path: Path) -> Path:
    """Books that are as good as new."""
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(empty, path)
    return path


@contextmanager
def written_in(path: Path, blocker: Any) -> Iterator[None]:
    """Let this process use the books of a file for a while; what it writes is there at once."""
    from django.db import connections

    before = connections["default"]
    settings = {**before.settings_dict, "NAME": str(path)}
    with blocker.unblock():
        connections["default"] = type(before)(settings, "default")
        try:
            yield
        finally:
            connections["default"].close()
            connections["default"] = before


def asked(path: Path, question: str, *values: Any) -> list[Any]:
    """Rows of a file; or what a statement changes there."""
    with closing(sqlite3.connect(path, timeout=60)) as file, file:
        return file.execute(question, values).fetchall()
