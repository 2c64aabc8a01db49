"""Migrations and rows of a database, and whether a backup fits them."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from system.config.backup.errors import UnableToRestore

MIGRATIONS, SESSIONS = "django_migrations", "django_session"
#: Filled by ``migrate`` itself: they say nothing of whether a database was ever used.
_OF_MIGRATE = frozenset({MIGRATIONS, SESSIONS, "django_content_type", "auth_permission"})


def applied() -> dict[str, list[str]]:
    """App -> migrations that the database says were applied."""
    found: dict[str, list[str]] = defaultdict(list)
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        found[app].append(name)
    return dict(found)


def see_that_it_is_known(migrations: Mapping[str, list[str]]) -> None:
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


def tables() -> list[str]:
    """The tables of all apps that exist, without those of sessions and migrations."""
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(found) - {MIGRATIONS, SESSIONS})


def columns_of(table: str) -> list[str]:
    """Names of the columns, in their order."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def used_table() -> str | None:
    """A table that somebody has written to, or None in a database that is new."""
    for table in tables():
        if table not in _OF_MIGRATE and count(table, most=1):
            return table
    return None


def count(table: str, most: int | None = None) -> int:
    """Rows of a table, or `most` where there are more."""
    name = connection.ops.quote_name(table)
    limited = name if most is None else f"(SELECT 1 FROM {name} LIMIT {int(most)})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {limited} AS counted")  # noqa: S608 - names of the catalogue
        row: Any = cursor.fetchone()
    return int(row[0])
