"""Transactions that write, one after the other within a process where the database is SQLite.

SQLite has one writer, and who finds it taken polls with growing pauses: under load somebody waits seconds.
Threads that queue here instead are served in turn. Other databases have queues of their own.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


class Turns:
    """A lock that is given on in the order in which it was asked for.

    One of `threading` goes to who comes by first, mostly who has just released it: somebody waits seconds.
    Who has it may take it again: what follows a commit runs before the turn is given on, and may write.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        me, called = threading.get_ident(), threading.Lock()
        with self._guard:
            if self._owner in (None, me):
                self._owner, self._depth = me, self._depth + 1
                return
            called.acquire()
            self._waiting.append((me, called))
        called.acquire()  # until whoever was before releases it

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._owner = None
            if self._waiting:
                self._owner, called = self._waiting.popleft()
                self._depth = 1
                called.release()


_TURN = Turns()


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
