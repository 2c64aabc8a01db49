"""Directory of a module: `module.sealed`, `journal`, the lock of its one process; backup and restore.

A backup is one file with the sealed keys and the journal, taken while the module runs or not.
"""

import fcntl
import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from system.security_module.clock import SET_BACK_MAX
from system.security_module.errors import JournalDamaged, UnableToOpenStore
from system.security_module.journal import Journal, Record, recover, sync_directory, write_new, write_private
from system.security_module.sealed_contents import Contents
from system.security_module.sealed_file import DEFAULT_COST, SealingKey, seal, unseal
from system.security_module.state import State, floor_record

SEALED = "module.sealed"
JOURNAL = "journal"
LOCK = "lock"
DIRECTORY_MODE = 0o700

_OTHERS = 0o077


@dataclass(slots=True)
class Store:
    """An open store; only its process can open it until it is closed. Made by `create` and `open_store`.

    Attributes:
        directory: where it lies.
        contents: of the sealed file.
        state: what the journal adds up to.
        journal: open at its end.
    """

    directory: Path
    contents: Contents
    state: State
    journal: Journal
    _key: SealingKey
    _lock: int

    def save(self, contents: Contents, note: dict[str, Any], now: datetime) -> None:
        """Seal other contents in one step, and tell the journal.

        Args:
            contents: the new ones.
            note: what was done, for the audit; never a secret.
            now: when.
        """
        contents = contents.with_lease_key()
        write_sealed(self.directory, contents, self._key)
        self.contents = contents
        self.journal.append([{"kind": "administered", "at": now.isoformat(), **note}])

    def compact(self, now: datetime) -> None:
        """Begin the journal anew from the state; the old file stays readable beside it, for the audit."""
        self.state.forget_old_results()
        self.journal.replace(self.state.snapshot(), keep_as=archive_name(self.directory, now))

    def close(self) -> None:
        """Close the journal and let go of the lock."""
        self.journal.close()
        os.close(self._lock)


def create(
    directory: Path, passphrase: str, *, test_keys: bool, now: datetime, cost: int = DEFAULT_COST
) -> str:
    """Make an empty store and return its random name.

    Raises:
        UnableToOpenStore: the directory holds a store already, or is open to others.
        ValueError: an empty passphrase, or a cost outside its range.
        OSError: it cannot be written.
    """
    key = SealingKey.make(passphrase, cost)
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    check_private(directory)
    with _locked(directory) as lock:
        if (directory / SEALED).exists():
            raise UnableToOpenStore(f"{directory} holds a security module already")
        contents = Contents(store=secrets.token_hex(8), test_keys=test_keys)
        begin: list[Record] = [
            {"kind": "store", "store": contents.store},
            {"kind": "administered", "at": now.isoformat(), "what": "init", "test_keys": test_keys},
        ]
        Journal.create(directory / JOURNAL, begin).close()
        write_sealed(directory, contents, key)
    os.close(lock)
    return contents.store


def open_store(directory: Path, passphrase: str, now: datetime) -> Store:
    """Open a store and bring its state up to the last batch that was answered.

    A journal whose end is torn gets a floor, as a restored one does: what was on the torn end is not known.

    Raises:
        UnableToOpenStore: missing, open to others, in use by another process; with its two kinds
            `WrongPassphrase` and `JournalDamaged`.
    """
    if not (directory / SEALED).exists():
        raise UnableToOpenStore(f"{directory} holds no security module: make one with init")
    check_private(directory)
    with _locked(directory) as lock:
        contents, key = _read_complete(directory, passphrase)
        if not (directory / JOURNAL).exists():
            raise UnableToOpenStore(f"{directory / JOURNAL} is missing: restore a backup")
        journal = Journal(directory / JOURNAL)
        state = State()
        for record in journal.recovered.records:
            state.apply(record)
        if state.store != contents.store:
            journal.close()
            raise UnableToOpenStore("the journal belongs to another module: restore a backup")
        if journal.recovered.torn:
            record = floor_record(max(now, state.latest or now), "torn", leases=state.leases.any)
            journal.append([record])
            state.apply(record)
        return Store(directory, contents, state, journal, key, lock)


def read_sealed(raw: bytes, passphrase: str) -> tuple[Contents, SealingKey]:
    """Open the bytes of a sealed file.

    Raises:
        WrongPassphrase: another passphrase, or an altered file.
        UnableToOpenStore: contents of another version.
    """
    content, key = unseal(raw, passphrase)
    try:
        return Contents.from_json(json.loads(content)), key
    except (ValueError, KeyError, TypeError):
        # What it says is secret: the cause is not shown.
        raise UnableToOpenStore("the sealed file was written by another version of the module") from None


def write_sealed(directory: Path, contents: Contents, key: SealingKey) -> None:
    """Seal contents and put them in place in one step."""
    beside = directory / (SEALED + ".new")
    write_private(beside, seal(json.dumps(contents.to_json()).encode("utf-8"), key))
    os.replace(beside, directory / SEALED)
    sync_directory(directory)


def archive_name(directory: Path, now: datetime) -> Path:
    """A free name for a journal that a new one replaces."""
    stem = now.strftime("journal.%Y%m%dT%H%M%SZ")
    names = (stem, *(f"{stem}.{count}" for count in range(1, 1000)))
    return next(path for name in names if not (path := directory / name).exists())


def check_private(path: Path) -> None:
    """Refuse a file or directory that others can read, or that is another user's.

    Raises:
        UnableToOpenStore: with the mend.
    """
    status = path.stat()
    if status.st_uid not in (0, os.geteuid()):
        raise UnableToOpenStore(f"{path} belongs to another user")
    if status.st_mode & _OTHERS:
        raise UnableToOpenStore(f"{path} is open to others: chmod go= {path}")


def _read_complete(directory: Path, passphrase: str) -> tuple[Contents, SealingKey]:
    """Open the sealed file, and give a store from before there were leases its key for them."""
    contents, key = read_sealed((directory / SEALED).read_bytes(), passphrase)
    complete = contents.with_lease_key()
    if complete is not contents:
        write_sealed(directory, complete, key)
    return complete, key


@contextmanager
def _locked(directory: Path) -> Iterator[int]:
    """Hold the lock; it is let go of on an error, and kept on success for the caller to close."""
    lock = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock
    except BlockingIOError:
        os.close(lock)
        raise UnableToOpenStore(f"another process is using {directory}: stop it first") from None
    except BaseException:
        os.close(lock)
        raise


# ---------------- Backup and restore

FORMAT = "amibench-security-module-backup/1"
_MANIFEST = "manifest.json"
_MEMBER_BYTES_MAX = 1 << 30
_READ_ATTEMPTS = 5


def back_up(directory: Path, target: Path, now: datetime) -> dict[str, Any]:
    """Write a backup of a store, whether it is being served or not, and return its manifest.

    Raises:
        UnableToOpenStore: no store there, its journal damaged, or `target` exists.
        OSError: it cannot be written.
    """
    if target.exists():
        raise UnableToOpenStore(f"{target} exists: name another file")
    try:
        members = {SEALED: (directory / SEALED).read_bytes(), JOURNAL: _read_journal(directory / JOURNAL)}
    except FileNotFoundError:
        raise UnableToOpenStore(f"{directory} holds no security module") from None
    manifest = {
        "format": FORMAT,
        "taken": now.isoformat(),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    }
    members[_MANIFEST] = json.dumps(manifest, indent=2).encode("ascii")
    write_private(target, _pack(members))
    return manifest


def restore(backup: Path, directory: Path, passphrase: str, now: datetime) -> dict[str, Any]:
    """Make a store from a backup, in a directory that holds none, and return what its floor is.

    Raises:
        UnableToOpenStore: not a backup, damaged, a store in the way, or a clock behind the backup; as
            `WrongPassphrase`, when the passphrase does not open it.
        OSError: it cannot be read or written.
    """
    members, _ = read_backup(backup)
    contents, _ = read_sealed(members[SEALED], passphrase)
    state, records = State(), recover(members[JOURNAL]).records
    for record in records:
        state.apply(record)
    if state.store != contents.store:
        raise UnableToOpenStore("journal and keys of this backup are of two modules")
    if state.latest is not None and not contents.test_keys and now < state.latest - SET_BACK_MAX:
        raise UnableToOpenStore("the clock is behind the last token of the backup: set it right first")
    floor = floor_record(max(now, state.latest or now), "restored", leases=state.leases.any)
    directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    check_private(directory)
    if any((directory / name).exists() for name in (SEALED, JOURNAL)):
        raise UnableToOpenStore(f"{directory} holds a security module already: restore beside it")
    # The journal first: without the sealed file there is no store yet, so a kill in between leaves none.
    write_new(directory / JOURNAL, [*records, floor])
    write_private(directory / (SEALED + ".new"), members[SEALED])
    os.replace(directory / (SEALED + ".new"), directory / SEALED)
    sync_directory(directory)
    return floor


def read_backup(path: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Return the members of a backup and its manifest.

    Raises:
        UnableToOpenStore: not a backup, or damaged.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            members = {name: _read(archive, name) for name in (SEALED, JOURNAL, _MANIFEST)}
        manifest: dict[str, Any] = json.loads(members.pop(_MANIFEST))
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
        whole = manifest["format"] == FORMAT and manifest["sha256"] == digests
    except (tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise UnableToOpenStore(f"{path} is not a backup of a security module") from error
    if not whole:
        raise UnableToOpenStore(f"{path} is damaged: its digests do not fit")
    return members, manifest


def _read_journal(path: Path) -> bytes:
    """Whole batches of a journal that may be growing: one that is being written has answered no client."""
    for attempts_left in reversed(range(_READ_ATTEMPTS)):
        raw = path.read_bytes()
        try:
            return raw[: recover(raw).end]
        except JournalDamaged:
            # Two batches written while the file was being read can look like damage: read again.
            if not attempts_left:
                raise
    raise AssertionError("unreachable")


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.getmember(name)
    content = archive.extractfile(member)
    if content is None or member.size > _MEMBER_BYTES_MAX:
        raise ValueError(name)
    return content.read()


def _pack(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
