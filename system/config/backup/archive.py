"""One file for a backup: a compressed tar whose first member is the manifest.

It is written beside its name, synced, and put there in one step: a name that exists is a whole backup.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any


class UnableToBackUp(Exception):
    """Nothing was written."""


class UnableToRestore(Exception):
    """The database is as it was before."""


BACKUP_FORMAT = "amibench-system-backup/1"
MANIFEST_NAME = "manifest.json"
MANIFEST_BYTES_MAX = 4 << 20

_PART = re.compile(r"[a-z0-9_]{1,80}\.(sqlite3|copy)", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first member of a backup.

    Attributes:
        version: of the program that wrote it.
        taken: the wall when the snapshot was taken, ISO 8601.
        engine: ``sqlite`` or ``postgresql``; it goes back into the same.
        migrations: app -> those that were applied.
        parts: name of a member -> SHA-256 of its content.
        counts: table -> rows.
        columns: table -> columns in the order of its part; empty where the part is a whole database.
    """

    version: str
    taken: str
    engine: str
    migrations: Mapping[str, list[str]]
    parts: Mapping[str, str]
    counts: Mapping[str, int]
    columns: Mapping[str, list[str]]

    def to_bytes(self) -> bytes:
        """As it lies in the file."""
        return json.dumps({"format": BACKUP_FORMAT, **asdict(self)}, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, raw: bytes) -> "Manifest":
        """From the file.

        Raises:
            UnableToRestore: it is none of ours, or says what cannot be.
        """
        try:
            said: dict[str, Any] = json.loads(raw)
            if said.pop("format") != BACKUP_FORMAT:
                raise ValueError
            found = cls(**said)
            found._check()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UnableToRestore("the manifest is not one of a backup of this system") from error
        return found

    def _check(self) -> None:
        datetime.fromisoformat(self.taken)
        sound = (
            all(isinstance(text, str) for text in (self.version, self.engine))
            and all(
                _PART.fullmatch(name) and _DIGEST.fullmatch(digest) for name, digest in self.parts.items()
            )
            and all(isinstance(count, int) and count >= 0 for count in self.counts.values())
            and all(isinstance(name, str) for names in self.migrations.values() for name in names)
            and all(isinstance(name, str) for names in self.columns.values() for name in names)
        )
        if not sound or not self.parts:
            raise ValueError


_CHUNK_BYTES = 1 << 20
_PRIVATE = 0o600


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(target: Path, manifest: Manifest, parts: Mapping[str, Path]) -> None:
    """Write a backup.

    Args:
        target: its name; nothing lies there.
        manifest: with the digests of the parts.
        parts: name of a member -> the file with its content.

    Raises:
        OSError: it cannot be written; nothing is left.
    """
    beside = target.with_name(f"{target.name}.new")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                raw = manifest.to_bytes()
                _add(archive, MANIFEST_NAME, len(raw), io.BytesIO(raw))
                for name, path in parts.items():
                    with path.open("rb") as content:
                        _add(archive, name, path.stat().st_size, content)
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, target)  # fails where a name appeared meanwhile; rename would hide it
    finally:
        beside.unlink(missing_ok=True)
    sync_directory(target.parent)


def unpack(backup: Path, into: Path) -> Manifest:
    """Unpack a backup into an empty private folder, every part verified.

    Raises:
        UnableToRestore: not a backup, cut short or altered; nothing of it may be used.
        OSError: it cannot be read or written.
    """
    try:
        with tarfile.open(backup, "r:gz") as archive:
            manifest = _manifest_of(archive)
            found = dict(_parts_of(archive, manifest, lambda name: into / name))
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnableToRestore(f"{backup} is not a backup, or it is cut short") from error
    except ValueError as error:  # zlib says so of altered bytes
        raise UnableToRestore(f"{backup} is damaged") from error
    if found != dict(manifest.parts):
        raise UnableToRestore(f"{backup} is damaged: its digests do not fit")
    return manifest


def sync_directory(path: Path) -> None:
    """Make names that were made or replaced in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _add(archive: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, _PRIVATE
    archive.addfile(entry, content)


def _manifest_of(archive: tarfile.TarFile) -> Manifest:
    entry = archive.next()
    content = None if entry is None or entry.name != MANIFEST_NAME else archive.extractfile(entry)
    if entry is None or content is None or entry.size > MANIFEST_BYTES_MAX:
        raise UnableToRestore("the file is not a backup of this system")
    return Manifest.read(content.read())


def _parts_of(
    archive: tarfile.TarFile, manifest: Manifest, place: Callable[[str], Path]
) -> Iterator[tuple[str, str]]:
    """Names and digests of the members, written to their places one after the other."""
    left = set(manifest.parts)
    while (entry := archive.next()) is not None:
        content = archive.extractfile(entry) if entry.isfile() and entry.name in left else None
        if content is None:
            raise UnableToRestore(f"the backup holds {entry.name[:80]!r}, which its manifest does not name")
        left.remove(entry.name)
        hashed = hashlib.sha256()
        with os.fdopen(
            os.open(place(entry.name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb"
        ) as file:
            while chunk := content.read(_CHUNK_BYTES):
                hashed.update(chunk)
                file.write(chunk)
        yield entry.name, hashed.hexdigest()
