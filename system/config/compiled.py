"""Queries and insertions that are compiled once, and then only run.

Django writes the SQL of a query anew whenever it is asked, which takes several times as long as SQLite or
PostgreSQL need to answer a look-up by key. The questions that every sale asks are therefore compiled::

    BY_SERIAL = CompiledQuery(
        lambda serial: Device.objects.filter(serial=serial).select_related("provider"), serial=CharField()
    )
    BY_SERIAL(serial="4711")  # a list of devices

What is compiled is an ordinary queryset, so scoping, joins and conversions are Django's on every database. A
query whose shape depends on its arguments (``IN``, None) cannot be one of these; one of several keys is asked
for by ``among`` (`system.config.among`). `insert` writes new rows, `update` fields of known ones.
"""

import threading
from collections.abc import Callable, Mapping
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from system.config.among import Keys
from system.config.compiled_writes import CompiledDeletion, insert, update
from system.config.prepared import prepared

__all__ = ["CompiledDeletion", "CompiledQuery", "compile_all", "insert", "update"]

_Field: TypeAlias = "models.Field[Any, Any]"
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
            datetime, date or UUID, or `Keys` of one.
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
        """It, as a connection's database wants it."""
        statement = self._statements.get(connection.vendor)
        if statement is None:  # two threads may both compile it: either is right
            statement = _Statement(connection, self._build, self._arguments)
            self._statements[connection.vendor] = statement
        return statement

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self(**values)), None)


def compile_all() -> int:
    """Compile every query that the loaded modules have, before somebody waits for it; how many there are."""
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
        """What it comes to with these arguments."""
        adapted = self._statement.adapted(values, self.connection)
        self._bound = tuple(
            fixed if name is None else adapted[name] for name, fixed in self._statement.parameters
        )
        with prepared(self.connection):
            return list(self._iterable)


def _marker(field: _Field, number: int) -> Any:
    if isinstance(field, Keys):
        return [_marker(field.of, number)]
    return next(make(number) for kind, make in _MARKERS.items() if isinstance(field, kind))
