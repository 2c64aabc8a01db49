"""Queries that are compiled once, and then only run; and writes beside them.

Django writes the SQL of a query anew whenever it is asked, which takes several times as long as SQLite or
PostgreSQL need to answer a look-up by key. The questions that every sale asks are therefore compiled::

    BY_SERIAL = CompiledQuery(
        lambda serial: Device.objects.filter(serial=serial).select_related("provider"), serial=CharField()
    )
    BY_SERIAL(serial="4711")  # a list of devices

What is compiled is an ordinary queryset, so scoping, joins and conversions are Django's on every database. A
query whose shape depends on its arguments (``IN``, None) cannot be one of these; one of several keys is asked
for by ``any_of`` (`system.config.compiled_queries`). `insert` writes new rows, `update` fields of
known ones, as Django documents it: compiling them, too, was worth 1.1 to 1.4 times (decision 0018).
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

_PLAIN: AbstractContextManager[None] = nullcontext()


def prepared(connection: Any) -> AbstractContextManager[None]:
    """Context whose statements the server keeps prepared: ``connection.preparing`` of our engine."""
    preparing: AbstractContextManager[None] = getattr(connection, "preparing", _PLAIN)
    return preparing


# --- Writes, by documented verbs of Django; their SQL is cheap beside that of queries (decision 0018)


def insert(*rows: models.Model) -> None:
    """Insert new rows of one model.

    Raises:
        django.db.Error: see ``bulk_create``; nothing of the rows may be kept then.
    """
    _create(rows, ignore_conflicts=False)


def insert_missing(*rows: models.Model) -> None:
    """Insert rows of one model, but for those whose keys are there already; their own keys are not fetched.

    Only where the database can leave such rows out (``supports_ignore_conflicts``).
    """
    _create(rows, ignore_conflicts=True)


def _create(rows: Sequence[models.Model], *, ignore_conflicts: bool) -> None:
    if rows:
        with prepared(connections[DEFAULT_DB_ALIAS]):
            type(rows[0])._base_manager.bulk_create(rows, ignore_conflicts=ignore_conflicts)  # noqa: SLF001 - public by documentation


def update(*rows: models.Model, fields: Sequence[str]) -> int:
    """Write some fields of rows of one model that are in the database.

    Returns:
        How many of the rows are there.

    Raises:
        django.db.Error: see ``save``.
    """
    if not rows:
        return 0
    manager = type(rows[0])._base_manager  # noqa: SLF001 - public by documentation
    with prepared(connections[DEFAULT_DB_ALIAS]):
        if len(rows) > 1:
            return int(manager.bulk_update(rows, list(fields)))
        values = {name: getattr(rows[0], name) for name in fields}
        return int(manager.filter(pk=rows[0].pk).update(**values))


def run_many(connection: Any, sql: str, rows: Sequence[Sequence[Any]]) -> int:
    """Run a statement for each of some parameters; how many rows it changed altogether."""
    with prepared(connection), connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(sql, rows[0])
        else:
            cursor.executemany(sql, rows)
        return int(cursor.rowcount)


# --- Any-of lookup

_Field: TypeAlias = "models.Field[Any, Any]"

_ARRAY_MARKS = str.maketrans({"\\": "\\\\", '"': '\\"'})


class KeyList(models.Field):  # type: ignore[type-arg] # no column ever has it
    """Several keys in one argument.

    Args:
        of: a field of the kind that each of them is compared with.
    """

    def __init__(self, of: _Field) -> None:
        super().__init__()
        self.of = of

    def get_db_prep_value(self, value: Iterable[Any], connection: Any, prepared: bool = False) -> str:
        """The keys as one text, as the database takes it."""
        return _keys_as_text(self.of, value, connection)


class AnyOf(models.Lookup):
    """The condition: ``filter(field__any_of=keys)``; of no keys it is false."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """All keys in one argument."""
        return "%s", (_keys_as_text(self.lhs.output_field, value, connection),)

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


def _keys_as_text(field: _Field, keys: Iterable[Any], connection: Any) -> str:
    adapted = [field.get_db_prep_value(key, connection, prepared=False) for key in keys]
    if connection.vendor == "postgresql":
        return "{" + ",".join(f'"{str(key).translate(_ARRAY_MARKS)}"' for key in adapted) + "}"
    return json.dumps(adapted, default=str)


models.Field.register_lookup(AnyOf)
models.ForeignObject.register_lookup(AnyOf)  # of the key that it holds; it looks no further up


_Build: TypeAlias = "Callable[..., models.QuerySet[Any, Any]]"

#: Values that no query has by itself, to find again where an argument went; the first kind that fits counts.
_MARKERS: "Mapping[type[_Field], Callable[[int], Any]]" = {
    models.CharField: lambda number: f"\x00argument {number}",
    models.BigIntegerField: lambda number: 2_111_111_000 + number,
    models.DateTimeField: lambda number: datetime(2222, 2, 2, microsecond=1 + number, tzinfo=UTC),
    models.DateField: lambda number: date(2222, 2, 2) + timedelta(number),
    models.UUIDField: lambda number: UUID(int=(1 << 127) + number),
}


class CompiledQuery:
    """A query with named arguments; what runs it is each thread's own, as its connection is.

    Args:
        build: makes the queryset from the arguments, by name; called once for each kind of database.
        arguments: name -> a field of the kind that the argument is compared with: char, big integer,
            datetime, date or UUID, or `KeyList` of one.
    """

    def __init__(self, build: _Build, **arguments: _Field) -> None:
        self._build, self._arguments = build, arguments
        self._statements: dict[str, _Statement] = {}
        self._of_thread = threading.local()
        _ALL.add(self)

    def __call__(self, **values: Any) -> list[Any]:
        """The rows, all of them.

        Raises:
            TypeError: other arguments than it was made with.
        """
        if values.keys() != self._arguments.keys():
            raise TypeError(f"this query takes {sorted(self._arguments)}")
        connection = connections[DEFAULT_DB_ALIAS]
        runner: _Runner | None = getattr(self._of_thread, "runner", None)
        if runner is None or runner.connection is not connection:
            runner = self._of_thread.runner = _Runner(self.compiled(connection), connection)
        return runner.rows(values)

    def compiled(self, connection: Any) -> "_Statement":
        """The statement of a connection's database."""
        statement = self._statements.get(connection.vendor)
        if statement is None:  # two threads may both compile it: either is right
            statement = _Statement(connection, self._build, self._arguments)
            self._statements[connection.vendor] = statement
        return statement

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self(**values)), None)


def compile_all() -> int:
    """Compile every query of the loaded modules before its first use; their number."""
    queries = list(_ALL)
    with transaction.atomic():  # one that locks rows cannot be compiled outside
        for query in queries:
            query.compiled(connections[DEFAULT_DB_ALIAS])
    return len(queries)


#: Queries that are still there.
_ALL: "WeakSet[CompiledQuery]" = WeakSet()


class _Statement:
    """A query as one kind of database wants it."""

    def __init__(self, connection: Any, build: _Build, arguments: Mapping[str, _Field]) -> None:
        self._arguments = arguments
        markers = {name: _marker(field, number) for number, (name, field) in enumerate(arguments.items())}
        self.queryset = build(**markers)
        self.compiler: Any = self.queryset.query.get_compiler(connection=connection)
        self.sql, fixed = self.compiler.as_sql()
        adapted = self.adapted(markers, connection)
        places = {value: name for name, value in adapted.items()}
        #: Of each parameter: the argument that goes there, or None and what stands there always.
        self.parameters = [(places.get(one), one) for one in fixed]
        unused = arguments.keys() - {name for name, _ in self.parameters}
        if unused:
            raise TypeError(f"this query makes no use of {sorted(unused)}")

    def adapted(self, values: Mapping[str, Any], connection: Any) -> dict[str, Any]:
        """Values as the database's driver takes them."""
        return {
            name: self._arguments[name].get_db_prep_value(value, connection, prepared=False)
            for name, value in values.items()
        }


class _Runner:
    """Runs a statement over one thread's connection."""

    def __init__(self, statement: _Statement, connection: Any) -> None:
        self.connection, self._statement = connection, statement
        self._bound: tuple[Any, ...] = ()
        compiler: Any = copy(statement.compiler)
        compiler.connection = connection
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        # the queryset's own iterator runs it: it asks its query for a compiler, and that one for the rest
        compiler.as_sql = lambda: (statement.sql, self._bound)
        compiler.get_converters = lambda _columns: converters
        queryset: Any = statement.queryset.all()
        queryset.query.get_compiler = lambda *_args, **_more: compiler
        self._iterable: Any = queryset._iterable_class(queryset)  # noqa: SLF001

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        """The rows for these arguments."""
        adapted = self._statement.adapted(values, self.connection)
        self._bound = tuple(
            fixed if name is None else adapted[name] for name, fixed in self._statement.parameters
        )
        with prepared(self.connection):
            return list(self._iterable)


def _marker(field: _Field, number: int) -> Any:
    if isinstance(field, KeyList):
        return [_marker(field.of, number)]
    return next(make(number) for kind, make in _MARKERS.items() if isinstance(field, kind))
