"""One of several keys, as a condition whose text is the same however many keys there are.

``IN`` writes a mark for each key, so that every number of keys is another statement; here all keys go in one
argument. Such a condition can be compiled once (`system.config.compiled`)::

    CompiledQuery(lambda ids: Device.objects.filter(pk__among=ids), ids=Keys(BigIntegerField()))

Keys are numbers, texts or UUIDs. PostgreSQL takes an array, SQLite a list in JSON, SQL Server as well (which
was not executed here).
"""

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from django.db import models

_Field: TypeAlias = "models.Field[Any, Any]"

_ARRAY_MARKS = str.maketrans({"\\": "\\\\", '"': '\\"'})


class Keys(models.Field):  # type: ignore[type-arg] # no column ever has it
    """Several keys in one argument.

    Args:
        of: a field of the kind that each of them is compared with.
    """

    def __init__(self, of: _Field) -> None:
        super().__init__()
        self.of = of

    def get_db_prep_value(self, value: Iterable[Any], connection: Any, prepared: bool = False) -> str:
        """The keys as one text, as the database takes it."""
        return _text(self.of, value, connection)


class Among(models.Lookup):
    """The condition: ``filter(field__among=keys)``; of no keys it is false."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """All keys in one argument."""
        return "%s", (_text(self.lhs.output_field, value, connection),)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite: a table of the list."""
        return self._within(compiler, connection, "{} IN (SELECT value FROM json_each({}))")

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """An array of the column's type."""
        kind = self.lhs.output_field.db_type(connection)
        return self._within(compiler, connection, f"{{}} = ANY({{}}::{kind.partition('(')[0]}[])")

    def as_microsoft(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQL Server: a table of the list, too."""
        return self._within(compiler, connection, "{} IN (SELECT value FROM OPENJSON({}))")

    def _within(self, compiler: Any, connection: Any, form: str) -> tuple[str, tuple[Any, ...]]:
        left, left_arguments = self.process_lhs(compiler, connection)
        right, right_arguments = self.process_rhs(compiler, connection)
        return form.format(left, right), (*left_arguments, *right_arguments)


def _text(field: _Field, keys: Iterable[Any], connection: Any) -> str:
    adapted = [field.get_db_prep_value(key, connection, prepared=False) for key in keys]
    if connection.vendor == "postgresql":
        return "{" + ",".join(f'"{str(key).translate(_ARRAY_MARKS)}"' for key in adapted) + "}"
    return json.dumps(adapted, default=str)


models.Field.register_lookup(Among)
models.ForeignObject.register_lookup(Among)  # of the key that it holds; it looks no further up
