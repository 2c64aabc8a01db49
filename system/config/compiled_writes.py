"""Insertions, changes and deletions that are compiled once, and then only run; see `system.config.compiled`.

They are kept for the whole process: the SQL is the same over every connection to a database.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.constants import OnConflict

from system.config.prepared import prepared

#: What knows the SQL of a kind of writing, and its parameters.
_Way: TypeAlias = "type[_Insertion | _Update]"


def insert(*rows: models.Model) -> None:
    """Insert new rows of one model, as ``bulk_create`` does; a key that the database makes is not fetched.

    Raises:
        django.db.Error: see ``bulk_create``; nothing of the rows may be kept then.
    """
    _write(rows, (), _Insertion)
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 - public by documentation


def insert_missing(*rows: models.Model) -> None:
    """Insert rows of one model, but for those whose keys are there already; their own keys are not fetched.

    Only where the database can leave such rows out (``supports_ignore_conflicts``).
    """
    _write(rows, (), _MissingInsertion)


def update(*rows: models.Model, fields: Sequence[str]) -> int:
    """Write some fields of rows of one model that are in the database, as ``save(update_fields=...)`` does.

    Returns:
        How many of the rows are there.

    Raises:
        django.db.Error: see ``save``.
    """
    return _write(rows, tuple(fields), _Update)


class CompiledDeletion:
    """Deletes rows of a model that nothing refers to, by the values of fields.

    Args:
        model: whose rows; no signals are sent.
        fields: their names.
    """

    def __init__(self, model: type[models.Model], *fields: str) -> None:
        self._model = model
        self._names = fields
        self._sql: dict[str, str] = {}

    def __call__(self, **values: Any) -> int:
        """How many were deleted."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        meta: Any = self._model._meta  # noqa: SLF001 - public by documentation
        of_names = {name: meta.get_field(name) for name in self._names}
        sql = self._sql.get(connection.vendor)
        if sql is None:
            quote = connection.ops.quote_name
            where = " AND ".join(f"{quote(field.column)} = %s" for field in of_names.values())
            sql = self._sql[connection.vendor] = f"DELETE FROM {quote(meta.db_table)} WHERE {where}"  # noqa: S608
        adapted = [field.get_db_prep_value(values[name], connection) for name, field in of_names.items()]
        with prepared(connection), connection.cursor() as cursor:
            cursor.execute(sql, adapted)
            return int(cursor.rowcount)


def run_many(connection: Any, sql: str, rows: Sequence[Sequence[Any]]) -> int:
    """Run a statement for each of some parameters; how many rows it changed altogether."""
    with prepared(connection), connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)
        return int(cursor.rowcount)


def _write(rows: Sequence[models.Model], fields: tuple[str, ...], way: _Way) -> int:
    if not rows:
        return 0
    connection: Any = connections[DEFAULT_DB_ALIAS]
    key = connection.vendor, type(rows[0]), fields, way
    writing = _KNOWN.get(key) or _KNOWN.setdefault(key, way(connection, rows[0], fields))
    return run_many(connection, writing.sql, [writing.parameters(row, connection) for row in rows])


class _Insertion:
    """How rows of a model are inserted."""

    on_conflict: OnConflict | None = None

    def __init__(self, connection: Any, example: models.Model, _fields: Sequence[str]) -> None:
        self._fields = [
            field
            for field in example._meta.local_concrete_fields  # noqa: SLF001 - public by documentation
            if not isinstance(field, models.AutoField)
        ]
        query: Any = models.sql.InsertQuery(type(example), on_conflict=self.on_conflict)
        query.insert_values(self._fields, [example])
        ((self.sql, _),) = query.get_compiler(connection=connection).as_sql()

    def parameters(self, row: models.Model, connection: Any) -> list[Any]:
        """The values of a row."""
        return [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in self._fields]


class _MissingInsertion(_Insertion):
    """How those are inserted that are not there."""

    on_conflict = OnConflict.IGNORE


class _Update:
    """How fields of rows of a model are written."""

    def __init__(self, connection: Any, example: models.Model, fields: Sequence[str]) -> None:
        meta: Any = example._meta  # noqa: SLF001 - public by documentation
        self._fields = [meta.get_field(name) for name in fields]
        self._key = meta.pk
        quote = connection.ops.quote_name
        changes = ", ".join(f"{quote(field.column)} = %s" for field in self._fields)
        self.sql = f"UPDATE {quote(meta.db_table)} SET {changes} WHERE {quote(meta.pk.column)} = %s"  # noqa: S608

    def parameters(self, row: models.Model, connection: Any) -> list[Any]:
        """The values of a row, and its key."""
        values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in self._fields]
        return [*values, self._key.get_db_prep_value(row.pk, connection)]


_KNOWN: dict[tuple[Any, ...], Any] = {}
