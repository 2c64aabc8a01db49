"""Peers: where the other implementations are installed, and how they are asked, in processes of their own.

They live in the environment that ``python3 run.py test -e oracles`` makes; `AMIBENCH_PEERS_PYTHON` names
another one's interpreter. Without them the benches show no peers.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[4]
_USUAL = ROOT / ".tox" / "oracles" / "bin" / "python"
_SCRIPT = ROOT / "conformance" / "peers" / "dlms_cosem_speed.py"


def peers_python() -> Path | None:
    """The interpreter of the peers' environment, None where there is none."""
    named = os.environ.get("AMIBENCH_PEERS_PYTHON")
    python = Path(named) if named else _USUAL
    return python if python.is_file() else None


class Peer:
    """dlms-cosem at its work; ask it for one workload after another."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def per_s(self, workload: str) -> float:
        """Operations a second of a workload that the peer's script names."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started without pipes")
        self._process.stdin.write(workload + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


@contextmanager
def dlms_cosem(python: Path) -> Iterator[Peer]:
    """dlms-cosem in a process of its own."""
    with subprocess.Popen(  # noqa: S603 - our own script
        [str(python), str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Peer(process)
        finally:
            process.kill()
