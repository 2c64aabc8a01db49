"""A served meter for the independent clients, over wrapper and over HDLC; and the peers' own processes."""

import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from started import started

from tools.peers import job as jobs

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "lectura1"
FRAMINGS = ("wrapper", "hdlc")
PYDLMS = Path(sys.executable).parent / "pydlms"
# What each peer's package is imported as, and the script that drives it; None runs in this process.
MODULES = {"dlms-cosem": "dlms_cosem", "gurux-dlms": "gurux_dlms", "pydlms-client": "pydlms"}
SCRIPTS = {"gurux-dlms": "tools.peers.gurux_client", "pydlms-client": "tools.peers.pydlms_client"}


@dataclass(frozen=True)
class Served:
    """Where the meter answers."""

    host: str
    port: int
    framing: str
    drn: str


@contextmanager
def serve(framing: str, folder: Path, *options: str) -> Iterator[Served]:
    """`amibench meter serve` in a process of its own."""
    secret = folder / "lls"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    words = ["--port", "0", *options, "--framing", framing, "--lls-password-file", str(secret)]
    with started("meter", "serve", *words) as process:
        host, port = process.ready["link"].split("://")[1].split("?")[0].split(":")
        yield Served(host, int(port), framing, process.ready["drn"])


@pytest.fixture(scope="session", params=FRAMINGS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The PPKW meter, just built."""
    with serve(request.param, tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Served]]:
    """The PPKW meter after two days, by framing."""
    options = ("--history", "2", "--epoch", "2026-01-03T05:00:00", "--response-delay-ms", "0")
    with (
        serve("wrapper", tmp_path_factory.mktemp("lived-wrapper"), *options) as wrapper,
        serve("hdlc", tmp_path_factory.mktemp("lived-hdlc"), *options) as hdlc,
    ):
        yield {"wrapper": wrapper, "hdlc": hdlc}


@pytest.fixture(scope="session")
def ask() -> Callable[[str, dict[str, Any]], jobs.Answer]:
    """A peer's answer to a job: dlms-cosem in this process, the others in their own."""

    def asked(peer: str, job: dict[str, Any]) -> jobs.Answer:
        if importlib.util.find_spec(MODULES[peer]) is None:
            pytest.skip(f"{peer} is in the oracles environment")
        if peer not in SCRIPTS:
            from tools.peers.dlms_cosem_client import DlmsCosemClient

            return jobs.run(job, DlmsCosemClient)
        done = subprocess.run(
            [sys.executable, "-m", SCRIPTS[peer]],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=90,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        answer: jobs.Answer = json.loads(done.stdout)
        return answer

    return asked


@contextmanager
def simulate(*options: str) -> Iterator[int]:
    """pydlms's simulator on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [str(PYDLMS), "simulate", "--port", str(port), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "listening" in process.stderr.readline()
        try:
            yield port
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="session")
def simulator() -> Callable[..., Any]:
    """`simulate`, where the peer is installed."""
    if not PYDLMS.is_file():
        pytest.skip("pydlms-client is in the oracles environment")
    return simulate
