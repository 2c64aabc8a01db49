"""The file of a backup: whole or refused, whatever happened to its bytes."""

import json
import os
import stat
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from system.config.backup.archive import BACKUP_FORMAT, Manifest, UnableToRestore, digest_of, pack, unpack
from system.config.backup.databases import require_known_migrations

CONTENT = os.urandom(3000) + b"\0" * 5000


def packed(folder: Path, name: str = "b.tar.gz", **change: Any) -> Path:
    """A small backup; `change` alters what its manifest says."""
    part = folder / "part"
    part.write_bytes(CONTENT)
    said = {
        "version": "1",
        "taken": "2026-11-24T15:00:00+00:00",
        "engine": "sqlite",
        "migrations": {"vending": ["0001_first_tables"]},
        "parts": {"database.sqlite3": digest_of(part)},
        "counts": {"vending_sale": 3},
        "columns": {},
        **change,
    }
    pack(folder / name, Manifest(**said), {"database.sqlite3": part})
    return folder / name


def unpacked(backup: Path, into: Path) -> Manifest:
    into.mkdir()
    return unpack(backup, into)


def test_what_went_in_comes_out_and_is_private(tmp_path: Path) -> None:
    backup = packed(tmp_path)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    manifest = unpacked(backup, tmp_path / "out")
    assert (tmp_path / "out" / "database.sqlite3").read_bytes() == CONTENT
    assert stat.S_IMODE((tmp_path / "out" / "database.sqlite3").stat().st_mode) == 0o600
    assert manifest.counts == {"vending_sale": 3}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "out", "part"]


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    backup = packed(tmp_path)
    before = backup.read_bytes()
    with pytest.raises(FileExistsError):
        packed(tmp_path)
    assert backup.read_bytes() == before
    assert not list(tmp_path.glob("*.new"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_no_altered_byte_and_no_cut_passes(tmp_path: Path, data: st.DataObject) -> None:
    whole = tmp_path / "whole.tar.gz"
    if not whole.exists():
        packed(tmp_path, whole.name)
    raw = bytearray(whole.read_bytes())
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 9)) :]  # the last 8 bytes are gzip's own sums
    else:
        place = data.draw(st.integers(10, len(raw) - 9))  # gzip's header holds a name and a time
        raw[place] ^= data.draw(st.integers(1, 255))
    altered, out = tmp_path / "altered", tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
    altered.write_bytes(raw)
    try:
        unpacked(altered, out)
    except UnableToRestore:
        return
    assert (out / "database.sqlite3").read_bytes() == CONTENT  # padding between members was hit


@pytest.mark.parametrize(
    "change",
    [
        {"parts": {"../../etc/passwd.copy": "0" * 64}},
        {"parts": {"database.sqlite3": "short"}},
        {"parts": {}},
        {"taken": "yesterday"},
        {"counts": {"a": -1}},
        {"counts": {"a": "1"}},
        {"migrations": {"a": [1]}},
    ],
)
def test_a_manifest_that_cannot_be_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(UnableToRestore):
        unpacked(packed(tmp_path, **change), tmp_path / "out")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"\xff", b'{"format": "other/1"}', b"[" * 5000])
def test_other_json_is_no_manifest(raw: bytes) -> None:
    with pytest.raises(UnableToRestore):
        Manifest.read(raw)


def tar_of(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for entry, content in members:
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
    return path


def test_a_member_that_no_manifest_names_is_not_written(tmp_path: Path) -> None:
    manifest = {
        "format": BACKUP_FORMAT,
        "version": "1",
        "taken": "2026-11-24T15:00:00+00:00",
        "engine": "sqlite",
        "migrations": {},
        "parts": {"database.sqlite3": "0" * 64},
        "counts": {},
        "columns": {},
    }
    link = tarfile.TarInfo("database.sqlite3")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    for number, entry in enumerate((tarfile.TarInfo("../out.txt"), tarfile.TarInfo("/etc/x"), link)):
        head = (tarfile.TarInfo("manifest.json"), json.dumps(manifest).encode())
        backup = tar_of(tmp_path / f"{number}.tar.gz", head, (entry, b""))
        with pytest.raises(UnableToRestore):
            unpacked(backup, tmp_path / f"into-{number}")
        assert list((tmp_path / f"into-{number}").iterdir()) == []


def test_other_files_are_no_backup(tmp_path: Path) -> None:
    other = tmp_path / "x"
    other.write_bytes(b"SQLite format 3\0" * 100)
    with pytest.raises(UnableToRestore, match="not a backup"):
        unpacked(other, tmp_path / "a")
    with pytest.raises(UnableToRestore, match="not a backup"):
        unpacked(tar_of(tmp_path / "y", (tarfile.TarInfo("other"), b"1")), tmp_path / "b")
    with pytest.raises(FileNotFoundError):
        unpacked(tmp_path / "nothing", tmp_path / "c")


def test_a_backup_of_a_later_version_is_refused() -> None:
    require_known_migrations({"vending": ["0001_first_tables"]})
    for migrations in ({"vending": ["0001_first_tables", "9999_of_later"]}, {"wind": ["0001_first"]}):
        with pytest.raises(UnableToRestore, match="newer version"):
            require_known_migrations(migrations)
