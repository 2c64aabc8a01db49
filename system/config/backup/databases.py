"""Snapshots of SQLite (``VACUUM INTO``) and PostgreSQL (``COPY``), and back; migrations and rows."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from system.config.backup.archive import Manifest, UnableToBackUp, UnableToRestore, sync_directory

# --- Migrations and rows

MIGRATIONS, SESSIONS = "django_migrations", "django_session"
#: Filled by ``migrate`` itself: they say nothing of whether a database was ever used.
_OF_MIGRATE = frozenset({MIGRATIONS, SESSIONS, "django_content_type", "auth_permission"})


def applied_migrations() -> dict[str, list[str]]:
    """App -> migrations that the database says were applied."""
    found: dict[str, list[str]] = defaultdict(list)
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found[app].append(name)
    return dict(found)


def require_known_migrations(migrations: Mapping[str, list[str]]) -> None:
    """Refuse a backup that a later version wrote.

    Raises:
        UnableToRestore: with a migration that this version does not have.
    """
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    for app, names in migrations.items():
        for name in names:
            if known is None or (app, name) not in known:
                raise UnableToRestore(
                    f"the backup is of a newer version (it has {app}.{name}): install that version first"
                )


def table_names() -> list[str]:
    """The tables of all apps that exist, without those of sessions and migrations."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(found) - {MIGRATIONS, SESSIONS})


def columns_of(table: str) -> list[str]:
    """Names of the columns, in their order."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def used_table() -> str | None:
    """A table that holds rows, or None in a database that is new."""
    for table in table_names():
        if table not in _OF_MIGRATE and row_count(table, most=1):
            return table
    return None


def row_count(table: str, most: int | None = None) -> int:
    """Rows of a table, or `most` where there are more."""
    name = connection.ops.quote_name(table)
    limited = name if most is None else f"(SELECT 1 FROM {name} LIMIT {int(most)})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {limited} AS counted")  # noqa: S608 - names of the catalogue
        row: Any = cursor.fetchone()
    return int(row[0])


# --- SQLite: the whole file of one instant, and back in its place in one step

SQLITE_PART = "database.sqlite3"


def dump_sqlite(folder: Path) -> tuple[dict[str, Path], dict[str, int], dict[str, list[str]]]:
    """Copy the database into a folder: parts, counts and columns for the manifest.

    Writers go on meanwhile: in WAL mode the copy reads one snapshot.

    Raises:
        UnableToBackUp: the database lies in memory alone.
    """
    place = database_file()
    if place is None:
        raise UnableToBackUp("the database lies in memory: there is nothing to back up")
    copy = folder / SQLITE_PART
    with closing(sqlite3.connect(place, timeout=60, isolation_level=None)) as reader:
        reader.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        _drop_sessions(made)
        made.execute("PRAGMA journal_mode=DELETE")
        counts = {table: _rows_in(made, table) for table in table_names()}
    return {SQLITE_PART: copy}, counts, {}


def load_sqlite(folder: Path, manifest: Manifest, now: datetime, *, replace: bool) -> Path | None:
    """Put a verified copy in the place of the database.

    Returns:
        Where the database that lay there is kept, or None where there was none.

    Raises:
        UnableToRestore: the database is open elsewhere, or the copy is not sound.
    """
    place, copy = database_file(), folder / SQLITE_PART
    if place is None:
        raise UnableToRestore("the database lies in memory: set DATABASE_URL to the file to restore into")
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        _require_sound(made, manifest)
    connection.close()
    kept = _put_aside(place, now) if replace and place.exists() else None
    _end_wal(place)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(copy, place)
    sync_directory(place.parent)
    return kept


def database_file() -> Path | None:
    """The file, or None where the database lies in memory."""
    name = str(connection.settings_dict["NAME"])
    return None if ":memory:" in name or name.startswith("file:") or not name else Path(name)


def _require_sound(made: sqlite3.Connection, manifest: Manifest) -> None:
    try:
        (said,) = made.execute("PRAGMA integrity_check(1)").fetchone()
        dangling = made.execute("PRAGMA foreign_key_check").fetchone()
        counts = {table: _rows_in(made, table) for table in manifest.counts}
    except sqlite3.DatabaseError as error:
        raise UnableToRestore("the database in the backup cannot be read") from error
    if said != "ok" or dangling is not None or counts != dict(manifest.counts):
        raise UnableToRestore("the database in the backup is not sound: take another backup")


def _put_aside(place: Path, now: datetime) -> Path:
    """Keep what lies there under another name too, until the restored one takes its name."""
    _end_wal(place)
    kept = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
    os.link(place, kept)
    return kept


def _end_wal(place: Path) -> None:
    """End WAL mode, so that the file is all there is; SQLite does that only for who is alone with it."""
    if not place.exists():
        return
    try:
        with closing(sqlite3.connect(place, timeout=2, isolation_level=None)) as alone:
            (mode,) = alone.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise UnableToRestore(f"{place} is in use: stop the system first") from error
    if mode != "delete":
        raise UnableToRestore(f"{place} is in use: stop the system first")


def _drop_sessions(made: sqlite3.Connection) -> None:
    if made.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (SESSIONS,)).fetchone():
        made.execute(f"DELETE FROM {SESSIONS}")  # noqa: S608 - a name of ours
        made.execute("VACUUM")


def _rows_in(made: sqlite3.Connection, table: str) -> int:
    name = table.replace('"', '""')
    (found,) = made.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()  # noqa: S608 - quoted
    return int(found)


# --- PostgreSQL: every table of one snapshot, and back in one transaction

_CHUNK_BYTES = 1 << 20


def dump_postgresql(folder: Path) -> tuple[dict[str, Path], dict[str, int], dict[str, list[str]]]:
    """Copy the tables into a folder: parts, counts and columns for the manifest. Writers go on meanwhile."""
    parts: dict[str, Path] = {}
    counts: dict[str, int] = {}
    columns: dict[str, list[str]] = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in table_names():
            columns[table] = columns_of(table)
            counts[table] = row_count(table)
            parts[f"{table}.copy"] = _copy_out(folder / f"{table}.copy", table, columns[table])
    return parts, counts, columns


def migrate_to(migrations: Mapping[str, list[str]]) -> None:
    """Bring an empty database to the shape that a backup has.

    Raises:
        UnableToRestore: the database has a later shape already.
    """
    there = {(app, name) for app, names in applied_migrations().items() for name in names}
    wanted = {(app, name) for app, names in migrations.items() for name in names}
    if there - wanted:
        app, name = min(there - wanted)
        raise UnableToRestore(
            f"the database is of a newer shape than the backup ({app}.{name}): restore into an empty database"
        )
    if there != wanted:
        executor = MigrationExecutor(connection)
        executor.migrate(_leaves(executor, wanted))


def load_postgresql(folder: Path, manifest: Manifest) -> None:
    """Replace all rows by those of a verified backup: all, or none where something does not fit.

    Raises:
        UnableToRestore: the tables are others, or the rows are not as many as the backup says.
    """
    unknown = set(manifest.columns) - set(table_names())
    if unknown:
        raise UnableToRestore(f"the backup holds a table {min(unknown)}, which is not there")
    with transaction.atomic():
        names = ", ".join(map(_quoted, sorted({*manifest.columns, SESSIONS})))
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names} CASCADE")
        for table, columns in manifest.columns.items():
            _copy_in(folder / f"{table}.copy", table, columns)
            if row_count(table) != manifest.counts[table]:
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
