"""Facts without their trigger: a test may change one, as an intruder with the file would."""

from typing import Any

from django.db import connection

_DROP = {"sqlite": "DROP TRIGGER {trigger}", "postgresql": "DROP TRIGGER {trigger} ON {table}"}


def drop_update_trigger(cursor: Any, table: str) -> None:
    """Let rows of a table of facts be changed within this test."""
    cursor.execute(_DROP[connection.vendor].format(trigger=f"{table}_no_update", table=table))
