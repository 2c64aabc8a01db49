"""What an earlier version stored opens today and passes its checks.

`stored-36ed2ae.tar.xz` was written by 36ed2ae: four days of a month with fifteen sales (book and module), a
terminal with two sales and the pack that it sells by, and the evidence of `certify --suite sts`. All keys are
test keys.
"""

import json
import os
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.verdicts import Verdict
from protocols.offline import check_chain, genesis, peek
from protocols.offline.messages import OfficeKeys
from system.config.clock import WallBusinessClock
from system.security_module import store
from system.terminal import services
from system.terminal.open_terminal import OpenTerminal

STORED = Path(__file__).with_name("stored-36ed2ae.tar.xz")
TERMINAL_PASSPHRASE = "solo para pruebas"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    with tarfile.open(STORED) as archive:
        archive.extractall(folder, filter="data")
    for private in (folder / "module", folder / "terminal", folder / "terminal" / "counter"):
        private.chmod(0o700)
    return folder


def amibench(stored: Path, *arguments: str) -> Any:
    """JSON of a command of the system on the stored book."""
    ran = subprocess.run(
        [sys.executable, "-m", "amibench", *arguments],
        env={**os.environ, "DATABASE_URL": f"sqlite:///{stored}/book.db", "AMIBENCH_DATA_DIR": str(stored)}
        | {"DJANGO_SETTINGS_MODULE": "system.config.settings.development"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if ran.stdout.startswith("{") else ran.stdout


def test_a_book_is_migrated_and_adds_up(stored: Path) -> None:
    amibench(stored, "system", "migrate")
    assert amibench(stored, "system", "check-books") == {"faults": [], "audit_broken_at": None}


def test_a_module_store_opens_with_what_it_minted(stored: Path) -> None:
    passphrase = (stored / "module-passphrase").read_text(encoding="utf-8")
    opened = store.open_store(stored / "module", passphrase, datetime(2027, 1, 1, tzinfo=UTC))
    try:
        assert opened.contents.test_keys
        assert len(opened.contents.registers) == 2
    finally:
        opened.close()


def test_a_terminal_opens_knows_its_pack_and_its_chain_is_whole(stored: Path) -> None:
    pack = (stored / "pack.json").read_bytes()
    with OpenTerminal.open(stored / "terminal", TERMINAL_PASSPHRASE, WallBusinessClock()) as terminal:
        entries = terminal.book.entries_after(0, 100)
        check_chain(entries, 0, genesis(terminal.book.terminal_id))
        assert [entry.kind for entry in entries].count("sale") == 2
        assert not services.load_pack(terminal, pack)  # the one that is loaded already


def test_the_messages_of_an_office_are_read(stored: Path) -> None:
    assert peek((stored / "pack.json").read_bytes()).kind == "pack"
    assert peek((stored / "keys.json").read_bytes()).kind == OfficeKeys.KIND


def test_the_record_of_a_run_names_verdicts_that_stand(stored: Path) -> None:
    record = json.loads((stored / "evidence" / "evidence.json").read_text(encoding="utf-8"))
    assert record["cases"]
    assert {case["verdict"] for case in record["cases"]} <= {verdict.value for verdict in Verdict}
    assert {tuple(case["title"]) for case in record["cases"]} == {("es", "en")}
