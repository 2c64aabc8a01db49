"""Backup and restore: one file with the sealed keys and the journal, taken while the module runs or not.

The sealed file stays sealed, so a backup needs no passphrase and tells no key; the journal in it does hold
tokens. A restored module mints no TID at or below the time of its restore (`floor_record`): what was minted
after the backup was taken cannot be minted again.
"""

import hashlib
import io
import json
import os
import tarfile
from datetime import datetime
from pathlib import Path
from typing import Any

from system.security_module.clock import SET_BACK_MAX
from system.security_module.errors import JournalDamaged, UnableToOpenStore
from system.security_module.journal import recover, sync_directory, write_new, write_private
from system.security_module.state import State, floor_record
from system.security_module.store import (
    DIRECTORY_MODE,
    JOURNAL,
    SEALED,
    check_private,
    read_sealed,
)

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
    """The whole batches of a journal that may be growing: one that is being written has answered nobody."""
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
