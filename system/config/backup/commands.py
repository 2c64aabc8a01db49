"""Back up and restore."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection

from system.config.backup import databases
from system.config.backup.archive import Manifest, UnableToBackUp, UnableToRestore, digest_of, pack, unpack
from system.config.clock import security_now

_DUMPS = {"sqlite": databases.dump_sqlite, "postgresql": databases.dump_postgresql}


@dataclass(frozen=True, slots=True)
class Restored:
    """Result of a restore.

    Attributes:
        manifest: of the backup.
        kept: where the database that lay there before is kept; None where nothing was, or for PostgreSQL.
    """

    manifest: Manifest
    kept: Path | None


def back_up(target: Path, version: str) -> Manifest:
    """Write a backup of the whole database; the system may go on selling meanwhile.

    Args:
        target: its file, which must not exist; mode 0600.
        version: of the program.

    Raises:
        UnableToBackUp: the name is taken, or this kind of database has no backup of ours.
        OSError: it cannot be written.
    """
    dump = _DUMPS.get(connection.vendor)
    if dump is None:
        raise UnableToBackUp(f"{connection.vendor} has tools of its own for backups: use those")
    if target.exists():
        raise UnableToBackUp(f"{target} exists: name another file")
    with _folder_beside(target) as folder:
        taken = security_now()
        parts, counts, columns = dump(folder)
        manifest = Manifest(
            version=version,
            taken=taken.isoformat(),
            engine=connection.vendor,
            migrations=databases.applied_migrations(),
            parts={name: digest_of(path) for name, path in parts.items()},
            counts=counts,
            columns=columns,
        )
        pack(target, manifest, parts)
    return manifest


def restore(backup: Path, *, replace: bool = False) -> Restored:
    """Bring the database to what a backup holds, then to the present shape.

    The digests are verified before anything is touched. Sales of after the backup are not in the book then:
    `system.vending.services.reconciliation` asks the security module for them.

    Args:
        backup: the file.
        replace: take the place of a database that holds rows; SQLite keeps it under another name.

    Raises:
        UnableToRestore: damaged, of a newer version, of another kind of database, or the database is in use
            or not empty; it is as it was.
        OSError: it cannot be read or written.
    """
    with _folder_beside(databases.database_file() or backup) as folder:
        manifest = unpack(backup, folder)
        if manifest.engine != connection.vendor:
            raise UnableToRestore(
                f"the backup is of {manifest.engine}, and this database is {connection.vendor}"
            )
        databases.require_known_migrations(manifest.migrations)
        used = databases.used_table()
        if used is not None and not replace:
            raise UnableToRestore(
                f"the database is not empty ({used} holds rows): say --replace to give it up"
            )
        kept = _load(folder, manifest, replace=used is not None)
    call_command("migrate", interactive=False, verbosity=0)
    return Restored(manifest, kept)


def _load(folder: Path, manifest: Manifest, *, replace: bool) -> Path | None:
    if manifest.engine == "sqlite":
        return databases.load_sqlite(folder, manifest, security_now(), replace=replace)
    try:
        databases.migrate_to(manifest.migrations)
        databases.load_postgresql(folder, manifest)
    except DatabaseError as error:
        raise UnableToRestore(f"the rows of the backup do not fit: {str(error).splitlines()[0]}") from error
    return None


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    """A private folder on the disk of `path`, so that what is made there moves in one step."""
    made = Path(tempfile.mkdtemp(prefix=".amibench-backup-", dir=path.resolve().parent))
    try:
        yield made
    finally:
        shutil.rmtree(made)
