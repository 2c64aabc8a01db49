"""CTSA01 to CTSA24 on the vending service over HTTP: security module and portal as processes of their own.

Starting them costs most of the time, so all cases are played, always.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from started import started

from conformance.evidence.model import Evidence
from conformance.runner import BenchError, run_suites
from conformance.targets import load
from conformance.vending.own_module import OPERATORS, START, plan_registers
from conformance.verdicts import Verdict
from system.security_module import approval, store
from system.security_module.sealed_contents import Client

PASSPHRASE = "una frase del banco"
SECRET = "solo-para-pruebas-" + "x" * 32
ROOT = Path(__file__).resolve().parents[3]
#: Migrations and two starts of the product, on a machine that does other things, too.
pytestmark = pytest.mark.timeout(900)


def make_store(directory: Path) -> None:
    """A module with the registers of the plan, both operators, and this user as its client."""
    store.create(directory, PASSPHRASE, test_keys=True, now=START, cost=10)
    opened = store.open_store(directory, PASSPHRASE, START)
    contents = opened.contents.with_client(Client("bench", f"uid:{os.geteuid()}", "operations"))
    for register in plan_registers():
        contents = contents.with_register(register)
    for name, key in OPERATORS.items():
        contents = contents.with_operator(name, approval.public_key_bytes(key))
    opened.save(contents, {"what": "test"}, START)
    opened.close()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a portal with the bench's settings, over a module of test keys."""
    directory = tmp_path_factory.mktemp("service")
    make_store(directory / "module")
    env = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "AMIBENCH_SECURITY_MODULE_PASSPHRASE": PASSPHRASE,
        "DJANGO_SETTINGS_MODULE": "system.config.settings.bench",
        "AMIBENCH_DATA_DIR": str(directory),
        "AMIBENCH_SECRET_KEY": "x" * 60,
        "AMIBENCH_BENCH_SECRET": SECRET,
        "AMIBENCH_SECURITY_MODULE": f"unix://{directory}/module/socket",
    }
    migrated = subprocess.run(
        [sys.executable, "-m", "amibench", "system", "migrate"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    assert migrated.returncode == 0, migrated.stderr
    with ExitStack() as running:
        module = started("security-module", "serve", directory / "module", "--test-keys", env=env)
        running.enter_context(module)
        web = running.enter_context(started("system", "serve", "--port", 0, env=env))
        yield web.ready["url"].rstrip("/")


@pytest.fixture(scope="module")
def target_file(portal: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("target")
    (directory / "secret").write_text(SECRET + "\n")
    lines = [f'[link]\nurl = "{portal}"', f'[vending]\nsecret_file = "{directory / "secret"}"']
    lines.append("[vending.operators]")
    for name, key in OPERATORS.items():
        path = directory / f"{name}.pem"
        path.write_text(key.export_key(format="PEM"))
        lines.append(f'{name} = "{path}"')
    path = directory / "vendor.toml"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


@pytest.fixture(scope="module")
def tried(target_file: str) -> Evidence:
    return run_suites(load(target_file, seed=1), profile="vending")


@pytest.mark.requirement("R5-01")
def test_the_vending_service_conforms_over_http(tried: Evidence) -> None:
    astray = {
        case.id: (case.verdict, case.reason.en)
        for case in tried.cases
        if case.verdict is not Verdict.CONFORMS
    }
    back = "vending/CTSA15/base-date-back"
    assert {name: said for name, said in astray.items() if name != back} == {}
    assert len(tried.cases) >= 70
    assert tried.link.scheme == "http"


def answers(evidence: Evidence, number: str) -> list[dict[str, Any]]:
    """The answers of the frames of a case of the plan."""
    frames = [
        json.loads(bytes.fromhex(frame.hex))
        for case in evidence.cases
        if f"sts531-1/{number}" in case.clauses
        for frame in case.frames
        if frame.direction == "rx"
    ]
    return [frame["result"] for frame in frames if frame["ok"] and "tokens" in frame["result"]]


def test_electricity_is_sold_and_the_rest_is_asked_of_the_module(tried: Evidence) -> None:
    assert {answer["through"] for answer in answers(tried, "CTSA01")} >= {"sale"}
    assert {answer["through"] for answer in answers(tried, "CTSA19")} == {"sale", "module"}
    for number in ("CTSA02", "CTSA05"):
        assert {answer["through"] for answer in answers(tried, number)} == {"module"}
    every = Counter(
        answer["through"] for number in range(1, 25) for answer in answers(tried, f"CTSA{number:02d}")
    )
    assert every["sale"] > 50


@pytest.mark.parametrize(
    ("secret", "sentence"), [("", "the portal wants a secret"), ("x" * 40, "no bench route")]
)
def test_without_the_secret_nothing_is_there(
    portal: str, secret: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMIBENCH_BENCH_SECRET", secret)
    with pytest.raises(BenchError, match=sentence):
        run_suites(load(portal, seed=1), profile="vending")
