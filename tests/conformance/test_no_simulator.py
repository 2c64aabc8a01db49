"""Certifying what is not simulated drags no simulator along: seen in the modules of a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPORT = """
import json, sys
from amibench.__main__ import main
try:
    main()
except SystemExit as end:
    code = end.code
rooms = ("sim.", "conformance.mutants")
names = sorted(name for name in sys.modules if name == "sim" or name.startswith(rooms))
print("LOADED", json.dumps({"code": code, "names": names}))
"""


def certify(*arguments: str, folder: Path) -> dict[str, object]:
    """Exit code of ``amibench certify``, and the modules of simulator and mutants that it imported."""
    ran = subprocess.run(
        [sys.executable, "-c", REPORT, "certify", *arguments, "--out", str(folder / "evidence")],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
        timeout=100,
    )
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("LOADED ")]
    found: dict[str, object] = json.loads(line.removeprefix("LOADED "))
    return found


def test_a_device_that_refuses_the_connection(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        port = taken.getsockname()[1]
        seen = certify(f"tcp://127.0.0.1:{port}", "--suite", "dlms", folder=tmp_path)
    assert seen == {"code": 3, "names": []}


def test_a_device_that_answers(serve: Callable[..., object], tmp_path: Path) -> None:
    """This process serves it, so that a simulator in the other one could only be the bench's own."""
    link = serve().endpoints.link  # type: ignore[attr-defined]
    seen = certify(link, "--only", "APPL_IDLE_N1", folder=tmp_path)
    assert seen == {"code": 0, "names": []}


def test_the_cases_of_a_simulated_device_are_listed_without_a_simulator(tmp_path: Path) -> None:
    assert certify("--list", "--json", folder=tmp_path) == {"code": 0, "names": []}


@pytest.mark.parametrize("target", ["mutant://accepts-used-token", "sim://ppkw"])
def test_without_virtual_devices_the_bench_says_so(target: str) -> None:
    script = (
        "from conformance.targets import TargetError, load\n"
        "from conformance.bench.outcome import BenchError\n"
        "from conformance.bench.rig import open_rig\n"
        f"try:\n    open_rig(load({target!r}, seed=1), 'en')\n"
        "except (TargetError, BenchError) as error:\n    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.startswith("this bench has no virtual devices")
