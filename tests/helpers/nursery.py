"""A nursery: Django is loaded once, then processes are forked, killed and forked again; both of its ends.

A script of `tests/helpers` makes a `ForkingNursery` and lets it `live`; a test holds the `Nursery` that
started it. Commands are JSON lines on the script's standard input, answers JSON lines on its output: ``kill``
ends a process with SIGKILL, the other commands are methods of the script's nursery.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_S = 30


class Nursery:
    """The test's end.

    Args:
        directory: private; the books are there.
        database: another database than the file in `directory`, else what ``CAMPAIGN_DATABASE`` says.
        script: its name in this folder.

    Attributes:
        prepared: what the script answered when it was ready.
    """

    def __init__(self, directory: Path, database: str = "", script: str = "vending_processes.py") -> None:
        self._popen = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script)), str(directory)],
            env={**os.environ, "CAMPAIGN_DATABASE": database or os.environ.get("CAMPAIGN_DATABASE", "")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.prepared = self._read()

    def ask(self, do: str, **more: Any) -> Any:
        """What the command `do` answers."""
        assert self._popen.stdin is not None
        self._popen.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self._popen.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End the script and all that it forked."""
        self._popen.communicate(timeout=_PATIENCE_S)

    def _read(self) -> Any:
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        assert line, "the nursery ended"
        return json.loads(line)


class ForkingNursery:
    """The script's end: the processes of a campaign, which end when it ends.

    Args:
        directory: private; the books are there.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.running: set[int] = set()
        self.lifeline = os.pipe()

    def prepare(self) -> dict[str, Any]:
        """Load what all processes need; what the test is told of it."""
        raise NotImplementedError

    def live(self) -> None:
        """Prepare, then do what the test asks for, until it hangs up."""
        self._answer(self.prepare())
        for line in sys.stdin:
            wanted = json.loads(line)
            self._answer(getattr(self, wanted.pop("do"))(**wanted))
        self.end()

    @staticmethod
    def _answer(said: Any) -> None:
        print(json.dumps(said), flush=True)

    def run(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What some work in a child comes to."""
        said = self.fork(lambda say: say(work()))
        pid = said.pop("pid")
        os.waitpid(pid, 0)
        self.running.discard(pid)
        return said

    def kill(self, pid: int) -> bool:
        """End a process at once."""
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self.running.discard(pid)
        return True

    def end(self) -> None:
        """End all that are under way."""
        for pid in list(self.running):
            self.kill(pid)

    def fork(self, work: Callable[[Callable[[Any], None]], None]) -> dict[str, Any]:
        """Do `work` in a child; its process id and the first thing that it says."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._be_a_child(work, writing)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as answers:
            line = answers.readline()
        if not line:
            raise RuntimeError("a child ended before it said anything")
        self.running.add(pid)
        return {"pid": pid, **json.loads(line)}

    def _be_a_child(self, work: Callable[[Callable[[Any], None]], None], writing: int) -> None:
        os.close(self.lifeline[1])  # only the nursery holds this end: when it goes, so do we
        threading.Thread(target=lambda: (os.read(self.lifeline[0], 1), os._exit(1)), daemon=True).start()
        code = 1
        try:
            work(lambda said: _say(writing, said))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)


def _say(writing: int, said: Any) -> None:
    os.write(writing, (json.dumps(said) + "\n").encode())


def configure(directory: Path) -> None:
    """Settings of the campaign; ``CAMPAIGN_DATABASE`` names another database than the file in `directory`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.test"
    os.environ["DATABASE_URL"] = os.environ.get("CAMPAIGN_DATABASE") or f"sqlite:///{directory / 'books.db'}"
    os.environ["AMIBENCH_SECURITY_MODULE"] = f"unix://{directory / 'module' / 'socket'}"
    sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "helpers")]
