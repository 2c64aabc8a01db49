"""Transactions that write, one after the other within a process where the database is SQLite.

SQLite has one writer, and who finds it taken polls with growing pauses: under load somebody waits seconds.
Threads that queue here instead are served in turn. Other databases have queues of their own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

#: Taken again by who has it: what follows a commit runs before the turn is given on, and may write.
_TURN = threading.RLock()


@contextmanager
def writing() -> Iterator[None]:
    """A transaction, in turn; within another one only a part of it."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _TURN, transaction.atomic():
        yield


def hold(row: Any) -> None:
    """Let nobody else change a row, or hold it, until this transaction ends; it may still be referred to.

    In SQLite whoever writes holds everything already.
    """
    if not connection.features.has_select_for_update:
        return
    no_key = connection.features.has_select_for_no_key_update
    rows = type(row)._default_manager.filter(pk=row.pk).order_by()  # noqa: SLF001 - public by documentation
    list(rows.select_for_update(no_key=no_key).values_list("pk"))
