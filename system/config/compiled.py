"""Queries and insertions that are compiled once for each connection, and then only run.

Django writes the SQL of a query anew whenever it is asked, which takes several times as long as SQLite or
PostgreSQL need to answer a look-up by key. The questions that every sale asks are therefore compiled::

    BY_SERIAL = CompiledQuery(
        lambda serial: Device.objects.filter(serial=serial).select_related("provider"), serial=CharField()
    )
    BY_SERIAL(serial="4711")  # a list of devices

What is compiled is an ordinary queryset, so scoping, joins and conversions are Django's on every database. A
query whose shape depends on its arguments (``IN``, None) cannot be one of these. `insert` writes new rows.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

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
    """A query with named arguments. Each thread has its own, as it has its own connection.

    Args:
        build: makes the queryset from the arguments, by name; called once for each connection.
        arguments: name -> a field of the kind that the argument is compared with: char, big integer,
            datetime, date or UUID.
    """

    def __init__(self, build: _Build, **arguments: _Field) -> None:
        self._build, self._arguments = build, arguments
        self._of_thread = threading.local()

    def __call__(self, **values: Any) -> list[Any]:
        """The rows, all of them.

        Raises:
            TypeError: other arguments than it was made with.
        """
        if values.keys() != self._arguments.keys():
            raise TypeError(f"this query takes {sorted(self._arguments)}")
        connection = connections[DEFAULT_DB_ALIAS]
        statement: _Statement | None = getattr(self._of_thread, "statement", None)
        if statement is None or statement.connection is not connection:
            statement = _Statement(connection, self._build, self._arguments)
            self._of_thread.statement = statement
        return statement.rows(values)

    def first(self, **values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self(**values)), None)


def insert(*rows: models.Model) -> None:
    """Insert new rows of one model, as ``bulk_create`` does; a key that the database makes is not fetched.

    Raises:
        django.db.Error: see ``bulk_create``; nothing of the rows may be kept then.
    """
    if not rows:
        return
    connection: Any = connections[DEFAULT_DB_ALIAS]
    known = vars(connection).setdefault("amibench_insertions", {})
    insertion = known.get(type(rows[0]))
    if insertion is None:
        insertion = known[type(rows[0])] = _Insertion(connection, rows[0])
    with connection.cursor() as cursor:
        cursor.executemany(insertion.sql, [insertion.parameters(row) for row in rows])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - public by documentation


class _Insertion:
    """How rows of a model are inserted over one connection."""

    def __init__(self, connection: Any, example: models.Model) -> None:
        self._connection = connection
        self._fields = [
            field
            for field in example._meta.local_concrete_fields  # noqa: SLF001 - public by documentation
            if not isinstance(field, models.AutoField)
        ]
        query: Any = models.sql.InsertQuery(type(example))
        query.insert_values(self._fields, [example])
        ((self.sql, _),) = query.get_compiler(connection=connection).as_sql()

    def parameters(self, row: models.Model) -> list[Any]:
        """The values of a row."""
        return [
            field.get_db_prep_save(field.pre_save(row, add=True), self._connection) for field in self._fields
        ]


class _Statement:
    """A query as one connection's database wants it."""

    def __init__(self, connection: Any, build: _Build, arguments: Mapping[str, _Field]) -> None:
        self.connection, self._arguments = connection, arguments
        markers = {name: _marker(field, number) for number, (name, field) in enumerate(arguments.items())}
        queryset = build(**markers)
        compiler: Any = queryset.query.get_compiler(connection=connection)
        sql, fixed = compiler.as_sql()
        places = {self._adapted(name, marker): name for name, marker in markers.items()}
        #: Of each parameter: the argument that goes there, or None and what stands there always.
        self._parameters = [(places.get(one), one) for one in fixed]
        unused = arguments.keys() - {name for name, _ in self._parameters}
        if unused:
            raise TypeError(f"this query makes no use of {sorted(unused)}")
        self._bound: list[Any] = []
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        # the queryset's own iterator runs it: it asks its query for a compiler, and that one for the rest
        compiler.as_sql = lambda: (sql, tuple(self._bound))
        compiler.get_converters = lambda _columns: converters
        query: Any = queryset.query
        query.get_compiler = lambda *_args, **_more: compiler
        self._iterable: Any = queryset._iterable_class(queryset)  # noqa: SLF001

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        """What it comes to with these arguments."""
        adapted = {name: self._adapted(name, value) for name, value in values.items()}
        self._bound = [fixed if name is None else adapted[name] for name, fixed in self._parameters]
        return list(self._iterable)

    def _adapted(self, name: str, value: Any) -> Any:
        """A value as the database's driver takes it."""
        return self._arguments[name].get_db_prep_value(value, self.connection, prepared=False)


def _marker(field: _Field, number: int) -> Any:
    return next(make(number) for kind, make in _MARKERS.items() if isinstance(field, kind))
