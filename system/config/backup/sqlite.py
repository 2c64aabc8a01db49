"""SQLite: the whole file of one instant by ``VACUUM INTO``, and back in its place in one step."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.db import connection

from system.config.backup import shape
from system.config.backup.archive import sync_directory
from system.config.backup.errors import UnableToBackUp, UnableToRestore
from system.config.backup.manifest import Manifest

PART = "database.sqlite3"


def dump(folder: Path) -> tuple[dict[str, Path], dict[str, int], dict[str, list[str]]]:
    """Copy the database into a folder: parts, counts and columns for the manifest.

    Writers go on meanwhile: in WAL mode the copy reads one snapshot.

    Raises:
        UnableToBackUp: the database lies in memory alone.
    """
    place = database_file()
    if place is None:
        raise UnableToBackUp("the database lies in memory: there is nothing to back up")
    copy = folder / PART
    with closing(sqlite3.connect(place, timeout=60, isolation_level=None)) as reader:
        reader.execute("VACUUM INTO ?", (str(copy),))
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        _forget_sessions(made)
        made.execute("PRAGMA journal_mode=DELETE")
        counts = {table: _count(made, table) for table in shape.tables()}
    return {PART: copy}, counts, {}


def load(folder: Path, manifest: Manifest, now: datetime, *, replace: bool) -> Path | None:
    """Put a verified copy in the place of the database.

    Returns:
        Where the database that lay there is kept, or None where there was none.

    Raises:
        UnableToRestore: somebody has the database open, or the copy is not sound.
    """
    place, copy = database_file(), folder / PART
    if place is None:
        raise UnableToRestore("the database lies in memory: set DATABASE_URL to the file to restore into")
    with closing(sqlite3.connect(copy, isolation_level=None)) as made:
        _see_that_it_is_sound(made, manifest)
    connection.close()
    kept = _put_aside(place, now) if replace and place.exists() else None
    _settle_down(place)
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(copy, place)
    sync_directory(place.parent)
    return kept


def database_file() -> Path | None:
    """The file, or None where the database lies in memory."""
    name = str(connection.settings_dict["NAME"])
    return None if ":memory:" in name or name.startswith("file:") or not name else Path(name)


def _see_that_it_is_sound(made: sqlite3.Connection, manifest: Manifest) -> None:
    try:
        (said,) = made.execute("PRAGMA integrity_check(1)").fetchone()
        dangling = made.execute("PRAGMA foreign_key_check").fetchone()
        counts = {table: _count(made, table) for table in manifest.counts}
    except sqlite3.DatabaseError as error:
        raise UnableToRestore("the database in the backup cannot be read") from error
    if said != "ok" or dangling is not None or counts != dict(manifest.counts):
        raise UnableToRestore("the database in the backup is not sound: take another backup")


def _put_aside(place: Path, now: datetime) -> Path:
    """Keep what lies there under another name too, until the restored one takes its name."""
    _settle_down(place)
    kept = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
    os.link(place, kept)
    return kept


def _settle_down(place: Path) -> None:
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


def _forget_sessions(made: sqlite3.Connection) -> None:
    if made.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (shape.SESSIONS,)).fetchone():
        made.execute(f"DELETE FROM {shape.SESSIONS}")  # noqa: S608 - a name of ours
        made.execute("VACUUM")


def _count(made: sqlite3.Connection, table: str) -> int:
    name = table.replace('"', '""')
    (found,) = made.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()  # noqa: S608 - quoted
    return int(found)
