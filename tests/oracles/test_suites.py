"""Our suites on pydlms's simulator: what it does not pass is recorded, case by case, and nothing else."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.peers.expectations import SuiteFinding, load

pytestmark = [pytest.mark.oracle, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
PEER = "pydlms-client"
TARGET = """\
format = "amibench-target/1"

[device]
name = "simulator of pydlms-client"
manufacturer = "pydlms-client"
model = "simulator 0.1.0"
serial = "1"
drn = "00000000000"
flag_id = "PYD"

[link]
url = "tcp://127.0.0.1:{port}"
framing = "wrapper"
server_sap = 1
response_timeout_s = 1

[associations.public]
client_sap = 16

[associations.reader]
client_sap = 2
password = "lectura1"

[capabilities]
present = ["load-profile"]
absent = ["sts", "token-gateway", "account", "disconnect", "key-change"]
"""


def _certified(port: int, folder: Path) -> dict[str, Any]:
    """The evidence of a run over TCP."""
    target = folder / "target.toml"
    target.write_text(TARGET.format(port=port), encoding="utf-8")
    command = [sys.executable, "-m", "amibench", "certify", str(target), "--suite", "dlms", "--lang", "en"]
    done = subprocess.run(
        [*command, "--json", "--out", str(folder / "evidence")],
        capture_output=True,
        text=True,
        timeout=360,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode in (1, 2), done.stderr[-2000:]
    evidence: dict[str, Any] = json.loads((folder / "evidence" / "evidence.json").read_text(encoding="utf-8"))
    return evidence


def test_the_simulator_passes_all_but_what_is_recorded(simulator: Callable[..., Any], tmp_path: Path) -> None:
    with simulator("--client", "16:0", "--client", "2:1:lectura1") as port:
        cases = _certified(port, tmp_path)["cases"]
    seen = {
        (case["id"].removeprefix("dlms/"), case["verdict"])
        for case in cases
        if case["verdict"] in ("fails", "inconclusive")
    }
    recorded: tuple[SuiteFinding, ...] = load().suites[PEER]
    assert seen == {(finding.case, finding.verdict) for finding in recorded}
    assert sum(case["verdict"] == "conforms" for case in cases) > 30
