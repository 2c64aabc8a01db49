"""`amibench security-module` from the first key to a restored backup, each command as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from started import started

from system.security_module.client import SecurityModuleClient

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "una frase larga de prueba"
METER = {"drn": "600727000000000009", "sgc": "201457", "krn": 1, "ti": 1}
KEY_FILE = """format = "amibench-vending-key/1"
register = 1
sgc = "201457"
krn = 1
base_date = 2014
ken = 255
dkga = "04"
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "amibench", "security-module", *arguments]


def run(*arguments: str, passphrase: str = PASSPHRASE) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": passphrase}
    return subprocess.run(
        command(*arguments), cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@contextmanager
def served(directory: Path) -> Iterator[str]:
    environment = {**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": PASSPHRASE}
    with started("security-module", "serve", directory, "--test-keys", env=environment) as process:
        yield process.ready["urls"][0]
        assert process.end()[0] == 0


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A module of test keys with one register and this user as its client."""
    path, key = tmp_path / "m", tmp_path / "key.toml"
    key.write_text(KEY_FILE + 'test_key = "VUDK_160"\n', encoding="utf-8")
    for arguments in (
        ("init", str(path), "--test-keys", "--kdf-cost", "10"),
        ("load-key", str(path), str(key)),
        ("add-client", str(path), "caja", "--identity", f"uid:{os.geteuid()}"),
    ):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
    return path


def test_from_the_first_key_to_a_restored_backup(directory: Path, tmp_path: Path) -> None:
    with served(directory) as url:
        with SecurityModuleClient(url) as module:
            sold = module.mint("sale-1", METER, subclass=0, amount=255)
            assert module.mint("sale-1", METER, subclass=0, amount=255) == sold
        status = run("status", url)
        assert json.loads(status.stdout)["issued_tokens"] == 1
        assert run("backup", str(directory), str(tmp_path / "b.tar")).returncode == 0
    assert sold["test"] is True
    restored = run("restore", str(tmp_path / "b.tar"), str(tmp_path / "again"))
    assert restored.returncode == 0, restored.stderr
    with served(tmp_path / "again") as url, SecurityModuleClient(url) as module:
        assert module.fetch_result("sale-1") == sold


def test_test_keys_are_never_served_unsaid(directory: Path) -> None:
    done = run("serve", str(directory))
    assert done.returncode == 3
    assert "--test-keys" in done.stderr


def test_a_module_of_real_keys_refuses_the_published_ones(tmp_path: Path) -> None:
    assert run("init", str(tmp_path / "m"), "--kdf-cost", "10").returncode == 0
    key = tmp_path / "key.toml"
    key.write_text(KEY_FILE + 'test_key = "VUDK_160"\n', encoding="utf-8")
    done = run("load-key", str(tmp_path / "m"), str(key))
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('key = "00"\ncheck_value = "000000"\n', "key"),
        (f'key = "{"11" * 20}"\ncheck_value = "000000"\n', "check"),
        ("", "key"),
    ],
)
def test_a_key_that_is_not_what_it_says_is_refused(tmp_path: Path, lines: str, says: str) -> None:
    assert run("init", str(tmp_path / "m"), "--kdf-cost", "10").returncode == 0
    key = tmp_path / "key.toml"
    key.write_text(KEY_FILE + lines, encoding="utf-8")
    done = run("load-key", str(tmp_path / "m"), str(key))
    assert done.returncode == 3
    assert says in done.stderr
    assert "11" * 20 not in done.stderr


def test_a_wrong_passphrase_opens_nothing(directory: Path) -> None:
    done = run("serve", str(directory), "--test-keys", passphrase="otra")
    assert done.returncode == 3
    assert "passphrase" in done.stderr
    assert done.stdout == ""
