"""A served meter for the independent clients, over wrapper and over HDLC."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "lectura1"
FRAMINGS = ("wrapper", "hdlc")


@dataclass(frozen=True)
class Served:
    """Where the meter answers."""

    host: str
    port: int
    framing: str
    drn: str


@pytest.fixture(scope="session", params=FRAMINGS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`amibench meter serve` in a process of its own."""
    secret = tmp_path_factory.mktemp("served") / "lls"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    command = [sys.executable, "-m", "amibench", "meter", "serve", "--port", "0"]
    with subprocess.Popen(
        [*command, "--framing", request.param, "--lls-password-file", str(secret)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        host, port = ready["link"].split("://")[1].split("?")[0].split(":")
        yield Served(host, int(port), request.param, ready["drn"])
        process.terminate()
        process.wait(10)
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()
