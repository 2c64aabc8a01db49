"""A backup restored mints nothing that was minted before, and cannot overwrite a store."""

from datetime import timedelta
from pathlib import Path

import pytest

from system.security_module import store
from system.security_module.errors import UnableToOpenStore, WrongPassphrase


def test_a_restored_module_mints_no_tid_of_before(bench, reopen, tmp_path: Path, passphrase, wall) -> None:
    store.back_up(bench.opened.directory, tmp_path / "backup.tar", wall())
    after = [bench.mint()["tokens"][-1]["tid"] for _ in range(5)]  # minted after the backup, before the loss
    wall.pass_minutes(30)
    place = tmp_path / "restored"
    store.restore(tmp_path / "backup.tar", place, passphrase, wall())
    wall.pass_minutes(60)  # nothing is minted at or below the minute of the restore
    restored = type(bench)(store.open_store(place, passphrase, wall()), wall)
    tids = [restored.mint(f"again-{n}")["tokens"][-1]["tid"] for n in range(5)]
    restored.opened.close()
    assert min(tids) > max(after)


def test_a_backup_is_not_restored_over_a_module(bench, tmp_path: Path, passphrase, wall) -> None:
    store.back_up(bench.opened.directory, tmp_path / "b.tar", wall())
    with pytest.raises(UnableToOpenStore, match="already"):
        store.restore(tmp_path / "b.tar", bench.opened.directory, passphrase, wall() + timedelta(1))


def test_a_wrong_passphrase_or_a_damaged_backup_restores_nothing(bench, tmp_path: Path, passphrase, wall):
    store.back_up(bench.opened.directory, tmp_path / "b.tar", wall())
    with pytest.raises(WrongPassphrase):
        store.restore(tmp_path / "b.tar", tmp_path / "x", passphrase + "!", wall())
    raw = bytearray((tmp_path / "b.tar").read_bytes())
    raw[1200] ^= 1
    (tmp_path / "c.tar").write_bytes(raw)
    with pytest.raises(UnableToOpenStore):
        store.restore(tmp_path / "c.tar", tmp_path / "y", passphrase, wall())
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "y").exists()


def test_no_key_lies_open_on_the_disk(bench, tmp_path: Path, wall) -> None:
    bench.mint()
    store.back_up(bench.opened.directory, tmp_path / "b.tar", wall())
    keys = {register.key.value for register in bench.opened.contents.registers if register.key}
    assert keys
    for path in [*bench.opened.directory.iterdir(), tmp_path / "b.tar"]:
        if path.is_file():
            raw = path.read_bytes()
            assert not any(key in raw or key.hex().encode() in raw.lower() for key in keys), path.name
            assert path.stat().st_mode & 0o077 == 0, path.name
