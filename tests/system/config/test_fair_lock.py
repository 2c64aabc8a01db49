"""A fair lock is given on in the order in which it was asked for, and transactions of SQLite take it."""

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.transaction import atomic
from django.db.utils import ConnectionHandler

from system.config.fair_lock import FairLock
from system.config.sqlite.base import DatabaseWrapper, lock_of


def test_first_come_first_served() -> None:
    lock, served, threads = FairLock(), [], []

    def take(number: int) -> None:
        lock.acquire()
        served.append(number)
        lock.release()

    lock.acquire()
    for number in range(20):
        thread = threading.Thread(target=take, args=(number,))
        thread.start()
        threads.append(thread)
        while lock.waiting <= number:
            pass
    assert served == []
    lock.release()
    for thread in threads:
        thread.join(10)
    assert served == list(range(20))


def test_nobody_is_in_twice() -> None:
    lock, inside, most = FairLock(), [], []

    def take() -> None:
        for _ in range(200):
            lock.acquire()
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            lock.release()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (set(most), len(most)) == ({1}, 1600)


def test_who_waited_too_long_is_out_of_the_queue() -> None:
    lock = FairLock()
    assert lock.acquire(0)
    assert not lock.acquire(0.001)
    assert lock.waiting == 0
    lock.release()
    assert lock.acquire(0)


class Interrupted:
    """Threads' locks, of which the one that waits is interrupted by a signal."""

    def __init__(self, before: Callable[[], None]) -> None:
        self._lock, self._before = threading.Lock(), before

    def acquire(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return self._lock.acquire()
        self._before()
        raise KeyboardInterrupt

    def release(self) -> None:
        self._lock.release()


@pytest.mark.parametrize("given", [False, True])
def test_a_signal_while_waiting_stops_nobody_else(monkeypatch: pytest.MonkeyPatch, given: bool) -> None:
    lock = FairLock()
    lock.acquire()
    made = SimpleNamespace(Lock=lambda: Interrupted(lock.release if given else lambda: None))
    monkeypatch.setattr("system.config.fair_lock.threading", made)
    with pytest.raises(KeyboardInterrupt):
        lock.acquire(5)
    monkeypatch.undo()
    assert lock.waiting == 0
    if not given:
        lock.release()
    assert lock.acquire(0)


@pytest.fixture
def two(tmp_path: Path, django_db_blocker: Any) -> Any:
    """Two connections to one file, as two threads have them."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.01}
    told = {"ENGINE": "system.config.sqlite", "NAME": str(tmp_path / "file.db"), "OPTIONS": options}
    handlers = [ConnectionHandler({"default": dict(told)}) for _ in range(2)]
    made = [handler["default"] for handler in handlers]
    with django_db_blocker.unblock():
        yield made
        for one in made:
            one.close()


class Within:
    """A transaction over a connection that is not one of the settings'."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> Any:
        self.connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        return self.connection.cursor()

    def __exit__(self, kind: Any, *_: object) -> None:
        (self.connection.commit if kind is None else self.connection.rollback)()
        self.connection.set_autocommit(True)


def held(connection: DatabaseWrapper) -> bool:
    lock = lock_of(str(connection.settings_dict["NAME"]))
    if lock.acquire(0):
        lock.release()
        return False
    return True


def test_a_transaction_has_its_turn_until_it_ends(two: list[Any]) -> None:
    first, second = two
    with Within(first) as cursor:
        cursor.execute("CREATE TABLE t (n)")
        assert held(first)
        with pytest.raises(OperationalError, match="database is locked"), Within(second):
            pass
    assert not held(first)
    with Within(second) as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    assert not held(first)


def test_an_error_and_an_end_give_the_turn_on(two: list[Any]) -> None:
    first, second = two
    with pytest.raises(ZeroDivisionError), Within(first):
        raise ZeroDivisionError
    assert not held(first)
    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert held(first)
    first.close()
    assert not held(second)


def test_a_commit_that_fails_keeps_no_turn(two: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = two

    def broken(_: Any) -> None:
        raise MemoryError

    first.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    first.cursor().execute("CREATE TABLE t (n)")
    with monkeypatch.context() as patch:
        patch.setattr("django.db.backends.base.base.BaseDatabaseWrapper._commit", broken)
        with pytest.raises(MemoryError):
            first.commit()
    assert not held(first)
    first.rollback()
    with Within(second) as cursor:
        cursor.execute("CREATE TABLE t (n)")


def test_marks_for_arguments_are_the_same_however_long_a_statement_is(two: list[Any]) -> None:
    cursor = two[0].cursor()
    for many in (1, 1_500):  # the second is longer than what is remembered
        marks = ", ".join(["%s"] * many)
        cursor.execute(f"SELECT '%%', {marks}", [7] * many)
        assert cursor.fetchone() == ("%", *[7] * many)


def test_one_that_cannot_begin_has_no_turn(two: list[Any]) -> None:
    """Another process writes: what is waited for is its lock, not the turn."""
    import sqlite3

    first, _ = two
    other = sqlite3.connect(first.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"), Within(first):
        pass
    assert not held(first)
    other.execute("ROLLBACK")
    other.close()


@pytest.mark.django_db(transaction=True)
def test_the_house_and_django_write_in_turn() -> None:
    """Whoever uses `atomic`: in memory, as here, nothing is waited for; the engine is the same."""
    if connections["default"].vendor != "sqlite":
        pytest.skip("other databases have queues of their own")
    assert isinstance(connections["default"], DatabaseWrapper)
    with atomic(), atomic():
        assert connections["default"].in_atomic_block
