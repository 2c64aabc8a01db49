"""Transactions that write, one after the other within a process where the database is SQLite.

SQLite has one writer, and who finds it taken polls with growing pauses: under load somebody waits seconds.
Threads that queue here instead are served in turn. Other databases have queues of their own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_TURN = threading.Lock()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction, in turn; within another one only a part of it."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _TURN, transaction.atomic():
        yield
