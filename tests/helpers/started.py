"""``amibench …`` as a process of its own: started, waited for until it says that it is ready, and ended."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Started:
    """A process that is ready.

    Args:
        process: the process.
        ready: the line that it said.
        complaints: what it says on standard error: a file, so that nobody need listen while it lives. Its
            position is the process's, too.
    """

    process: "subprocess.Popen[str]"
    ready: dict[str, Any]
    complaints: IO[str]

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to end: its exit code, what it still said, and all its complaints."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str, str]:
        """The same, once it ends by itself."""
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        self.complaints.seek(0)
        return self.process.returncode, said, self.complaints.read()


@contextmanager
def started(*words: object, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Iterator[Started]:
    """The command `words`, ready; ended when the block ends, if it still lives."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(
            [sys.executable, "-m", "amibench", *map(str, words)],
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
        )
        try:
            assert process.stdout is not None
            made = Started(process, {}, complaints)
            line = process.stdout.readline()
            assert line, made.ended()[2]
            made.ready.update(json.loads(line))
            yield made
        finally:
            _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
