"""The vendor suite on a module that runs as a process of its own, over its socket, named by a target file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from started import started

from conformance.runner import BenchError, run_suites
from conformance.targets import load
from conformance.vending.own_module import OPERATORS, START, plan_registers
from conformance.verdicts import Verdict
from system.security_module import approval, store
from system.security_module.sealed_contents import Client

PASSPHRASE = "una frase del banco"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A module with the registers of the plan and both operators, in a process of its own."""
    directory = tmp_path / "module"
    store.create(directory, PASSPHRASE, test_keys=True, now=START, cost=10)
    opened = store.open_store(directory, PASSPHRASE, START)
    contents = opened.contents.with_client(Client("bench", f"uid:{os.geteuid()}", "operations"))
    for register in plan_registers():
        contents = contents.with_register(register)
    for name, key in OPERATORS.items():
        contents = contents.with_operator(name, approval.public_key_bytes(key))
    opened.save(contents, {"what": "test"}, START)
    opened.close()
    env = {**os.environ, "AMIBENCH_SECURITY_MODULE_PASSPHRASE": PASSPHRASE}
    with started("security-module", "serve", directory, "--test-keys", env=env) as process:
        yield "security-module+" + process.ready["urls"][0]


@pytest.fixture
def target_file(url: str, tmp_path: Path) -> Path:
    """A target file beside the operators' private keys."""
    lines = [f'[link]\nurl = "{url}"', "[vending.operators]"]
    for name, key in OPERATORS.items():
        path = tmp_path / f"{name}.pem"
        sealed = key.export_key(
            format="PEM", passphrase=PASSPHRASE, use_pkcs8=True,
            protection="PBKDF2WithHMAC-SHA512AndAES256-CBC", prot_params={"iteration_count": 1000},
        )  # fmt: skip
        path.write_text(sealed)
        lines.append(f'{name} = "{path}"')
    path = tmp_path / "vendor.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_whole_suite_over_the_socket(target_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AMIBENCH_OPERATOR_PASSPHRASE", PASSPHRASE)
    target = load(str(target_file), seed=1)
    # Twice: what the first run left in the module must not disturb the second.
    for _ in range(2):
        evidence = run_suites(target, profile="vending")
        astray = {case.id for case in evidence.cases if case.verdict is not Verdict.CONFORMS}
        assert astray == {"vending/CTSA15/base-date-back"}
    assert evidence.link.scheme == "security-module+unix"


def test_without_operators_key_changes_are_refused(url: str):
    evidence = run_suites(load(url, seed=1), profile="vending", only=("CTSA05", "CTSA01"))
    verdicts = {case.id: case.verdict for case in evidence.cases}
    assert verdicts["vending/CTSA01/published-ea11"] is Verdict.CONFORMS
    assert verdicts["vending/CTSA05/published-ea11"] is Verdict.FAILS


def test_a_key_that_does_not_open_is_one_sentence(target_file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AMIBENCH_OPERATOR_PASSPHRASE", "otra")
    with pytest.raises(BenchError, match=r"ana\.pem does not open: is AMIBENCH_OPERATOR_PASSPHRASE set"):
        run_suites(load(str(target_file), seed=1), profile="vending")
    (target_file.parent / "ana.pem").unlink()
    with pytest.raises(BenchError, match=r"cannot read .*ana.pem: No such file"):
        run_suites(load(str(target_file), seed=1), profile="vending")
