"""Triggers that keep facts as they are, for whoever comes by SQL: one operation for a migration.

::

    operations = [..., immutable("vending_transfer")]

SQLite and PostgreSQL have them; SQL Server gets an ``INSTEAD OF`` trigger, which was not executed here.
"""

from typing import Any

from system.config.migrating import Statements

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} rows are facts'); END;
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION amibench_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% rows are facts', TG_TABLE_NAME; END; $$;
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
FOR EACH ROW EXECUTE FUNCTION amibench_refuse();
"""
_SQL_SERVER = """
CREATE TRIGGER {table}_no_{verb} ON {table} INSTEAD OF {VERB} AS
BEGIN THROW 50000, '{table} rows are facts', 1; END;
"""
_DROP = {
    "sqlite": "DROP TRIGGER IF EXISTS {table}_no_{verb};",
    "postgresql": "DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table};",
    "microsoft": "DROP TRIGGER IF EXISTS {table}_no_{verb};",
}
_CREATE = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL, "microsoft": _SQL_SERVER}
_VERBS = ("update", "delete")


def immutable(table: str) -> Statements:
    """An operation that forbids updates and deletions of a table; reversible."""

    def forbid(editor: Any) -> None:
        vendor = editor.connection.vendor
        if vendor == "postgresql":
            editor.execute(_POSTGRESQL_FUNCTION.replace("%", "%%"), ())
        for verb in _VERBS:
            editor.execute(_CREATE[vendor].format(table=table, verb=verb, VERB=verb.upper()))

    def allow(editor: Any) -> None:
        for verb in _VERBS:
            editor.execute(_DROP[editor.connection.vendor].format(table=table, verb=verb))

    return Statements(forbid, allow)
