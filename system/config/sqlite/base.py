"""Django's connection to SQLite, whose transactions queue within the process.

SQLite has one writer, and a connection that finds it busy tries again after growing pauses: where others
write without a break, it waits seconds. Threads that queue here are served in turn, Django's own transactions
included. Other processes still meet in SQLite's own way.
"""

import threading
from typing import Any

from django.db.backends.sqlite3 import base as plain
from django.db.utils import OperationalError

from system.config.fair_lock import FairLock

#: One lock for each file; in memory, each connection is a database of its own.
_LOCKS: dict[str, FairLock] = {}
_LOCKS_GUARD = threading.Lock()


def lock_of(name: str) -> FairLock:
    """The lock of a file, the same for all threads."""
    with _LOCKS_GUARD:
        return _LOCKS.setdefault(name, FairLock())


class DatabaseWrapper(plain.DatabaseWrapper):
    """A connection that holds the lock from BEGIN to COMMIT, ROLLBACK or its end."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._write_lock: FairLock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        if not self.is_in_memory_db():
            lock = lock_of(str(self.settings_dict["NAME"]))
            if not lock.acquire(self.settings_dict.get("OPTIONS", {}).get("timeout", 5.0)):
                raise OperationalError("database is locked")  # as SQLite says it, after as long
            self._write_lock = lock
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # not in the stubs
        except BaseException:
            self._release_lock()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc] # not in the stubs
        finally:  # one that failed is rolled back next; a transaction that begins meanwhile waits for SQLite
            self._release_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc] # not in the stubs
        finally:
            self._release_lock()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # not in the stubs
        finally:
            self._release_lock()

    def _release_lock(self) -> None:
        lock, self._write_lock = self._write_lock, None
        if lock is not None:
            lock.release()
