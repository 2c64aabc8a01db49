"""Transactions that write, and rows that are held in them.

SQLite has one writer: transactions of one process begin there in turn (`system.config.sqlite`). Other
databases have queues of their own.
"""

from contextlib import AbstractContextManager
from typing import Any

from django.db import connection, transaction


def write_transaction() -> AbstractContextManager[None]:
    """A transaction; within another one only a part of it."""
    return transaction.atomic()


def lock_rows(rows: Any) -> Any:
    """A query whose rows are locked until this transaction ends; they may still be referred to."""
    return rows.select_for_update(no_key=connection.features.has_select_for_no_key_update)


def lock_row(row: Any) -> None:
    """Lock a row until this transaction ends; it may still be referred to.

    In SQLite a writer has locked everything already.
    """
    if not connection.features.has_select_for_update:
        return
    rows = type(row)._default_manager.filter(pk=row.pk).order_by()  # noqa: SLF001 - public by documentation
    list(lock_rows(rows).values_list("pk"))
