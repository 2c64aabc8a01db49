"""Facts: rows that are written once; a correction is a further row.

The models refuse changes, and triggers in the database refuse those that come by SQL (`immutable`, an
operation of a migration).
"""

from typing import Any, ClassVar, NoReturn

from django.db import models

from system.accounts.scoping import ScopedQuerySet
from system.config.migration_operations import RunStatements


class ImmutableFact(TypeError):
    """A fact would be changed or deleted."""


class FactQuerySet(ScopedQuerySet):
    """Rows that can be added and read."""

    def update(self, **values: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never updated")

    def delete(self) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never deleted")

    def bulk_update(self, *_args: Any, **_more: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{self.model.__name__} rows are facts: they are never updated")


FactManager = models.Manager.from_queryset(FactQuerySet)


class Fact(models.Model):
    """A row that is written once."""

    objects: ClassVar[Any] = FactManager()

    class Meta:
        """Only a base."""

        abstract = True

    def save(self, *args: Any, **more: Any) -> None:
        """Write it, the first time.

        Raises:
            ImmutableFact: it is written already.
        """
        if not self._state.adding:
            raise ImmutableFact(f"{type(self).__name__} {self.pk} is a fact: it is never updated")
        super().save(*args, **{**more, "force_insert": True})

    def delete(self, *_args: Any, **_more: Any) -> NoReturn:
        """Refuse.

        Raises:
            ImmutableFact: always.
        """
        raise ImmutableFact(f"{type(self).__name__} {self.pk} is a fact: it is never deleted")


# --- Triggers

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


def immutable(table: str) -> RunStatements:
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

    return RunStatements(forbid, allow)
