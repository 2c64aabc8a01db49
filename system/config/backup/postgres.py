"""PostgreSQL: every table of one snapshot by ``COPY``, and back in one transaction."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from system.config.backup import shape
from system.config.backup.errors import UnableToRestore
from system.config.backup.manifest import Manifest

_CHUNK_BYTES = 1 << 20


def dump(folder: Path) -> tuple[dict[str, Path], dict[str, int], dict[str, list[str]]]:
    """Copy the tables into a folder: parts, counts and columns for the manifest. Writers go on meanwhile."""
    parts: dict[str, Path] = {}
    counts: dict[str, int] = {}
    columns: dict[str, list[str]] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in shape.tables():
            columns[table] = shape.columns_of(table)
            counts[table] = shape.count(table)
            parts[f"{table}.copy"] = _copy_out(folder / f"{table}.copy", table, columns[table])
    return parts, counts, columns


def make_tables(migrations: Mapping[str, list[str]]) -> None:
    """Bring an empty database to the shape that a backup has.

    Raises:
        UnableToRestore: the database has a later shape already.
    """
    there = {(app, name) for app, names in shape.applied().items() for name in names}
    wanted = {(app, name) for app, names in migrations.items() for name in names}
    if there - wanted:
        app, name = min(there - wanted)
        raise UnableToRestore(
            f"the database is of a newer shape than the backup ({app}.{name}): restore into an empty database"
        )
    if there != wanted:
        executor = MigrationExecutor(connection)
        executor.migrate(_leaves(executor, wanted))


def load(folder: Path, manifest: Manifest) -> None:
    """Replace all rows by those of a verified backup: all, or none where something does not fit.

    Raises:
        UnableToRestore: the tables are others, or the rows are not as many as the backup says.
    """
    unknown = set(manifest.columns) - set(shape.tables())
    if unknown:
        raise UnableToRestore(f"the backup holds a table {min(unknown)}, which is not there")
    with transaction.atomic():
        names = ", ".join(map(_quoted, sorted({*manifest.columns, shape.SESSIONS})))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names} CASCADE")
        for table, columns in manifest.columns.items():
            _copy_in(folder / f"{table}.copy", table, columns)
            if shape.count(table) != manifest.counts[table]:
                raise UnableToRestore(f"{table} has not as many rows as the backup says")
        _set_sequences()


def _leaves(executor: MigrationExecutor, wanted: set[tuple[str, str]]) -> list[tuple[str, str | None]]:
    """The last ones: those that no other of the same app depends on."""
    followed = {
        parent.key
        for key in wanted
        for parent in executor.loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    return sorted(wanted - followed)


def _copy_out(path: Path, table: str, columns: Iterable[str]) -> Path:
    with path.open("wb") as file, connection.cursor() as cursor:
        driver: Any = cursor.cursor
        with driver.copy(f"COPY {_quoted(table)} ({_list(columns)}) TO STDOUT") as copy:
            for chunk in copy:
                file.write(chunk)
    return path


def _copy_in(path: Path, table: str, columns: Iterable[str]) -> None:
    with path.open("rb") as file, connection.cursor() as cursor:
        driver: Any = cursor.cursor
        with driver.copy(f"COPY {_quoted(table)} ({_list(columns)}) FROM STDIN") as copy:
            while chunk := file.read(_CHUNK_BYTES):
                copy.write(chunk)


def _set_sequences() -> None:
    """Numbers that the database gives go on after the last one."""
    models = apps.get_models(include_auto_created=True)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _list(columns: Iterable[str]) -> str:
    return ", ".join(map(_quoted, columns))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
