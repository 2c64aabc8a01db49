"""Console blocks of a document, typed in order into one shell in a scratch folder, as a reader would."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_EXIT = re.compile(r"#.*\b(?:exit|salida) (\d)")
#: Commands that run until Ctrl-C, and the first line by which they say that they are ready.
_STAYING = re.compile(
    r"run\.py (?:demo|meter serve|meter listen|sim serve|system serve|system work(?!.*--once)"
    r"|system collect(?!.*--once)|security-module serve|pos serve)\b"
)
_READY = re.compile(r'^\{"|https?://|listening on|escuch', re.MULTILINE)
_READY_WITHIN_S = 120.0
_ENDED_WITHIN_S = 60.0
#: The front door without its own environment: the packages of this Python are those of the lock.
_PRELUDE = """set -m
python3() { if [ "$1" = run.py ]; then shift; set -- -m amibench "$@"; fi; command "$DOCUMENTS_PYTHON" "$@"; }
python() { command "$DOCUMENTS_PYTHON" "$@"; }
"""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a document.

    Attributes:
        text: as the document has it, without the prompt; several lines where it goes on.
        code: exit code that the document announces.
    """

    text: str
    code: int = 0

    @property
    def _typed(self) -> str:
        return re.sub(r"\s+#.*", "", self.text)

    @property
    def stays(self) -> bool:
        """The command runs until Ctrl-C."""
        return bool(_STAYING.search(self._typed))

    @property
    def beside(self) -> bool:
        """The command runs in the background, so that later ones find it."""
        return self._typed.rstrip().endswith("&")

    @property
    def foreground(self) -> str:
        return self._typed.rstrip().removesuffix("&").rstrip()


def commands(document: Path) -> Iterator[Command]:
    """Commands of all console blocks; lines without a prompt (``$``, or ``>`` for more of it) are output."""
    for block in _BLOCK.findall(document.read_text(encoding="utf-8")):
        lines: list[str] = []
        for line in block.splitlines():
            if lines and lines[-1].endswith("\\"):
                lines[-1] += f"\n{line}"
            elif lines and line.startswith("> "):
                lines[-1] += f"\n{line[2:]}"
            elif line.startswith("$ "):
                lines.append(line[2:])
        for line in lines:
            announced = _EXIT.search(line)
            yield Command(line, int(announced[1]) if announced else 0)


@dataclass
class Shell:
    """A bash that runs commands one after the other; `close` ends what still runs.

    Args:
        folder: scratch folder in which it begins; it is the home, too.
        environment: variables beside those of the test.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / ".typed").mkdir()
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=self.folder,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("AMIBENCH_")},
                "PYTHONPATH": str(ROOT),
                "DOCUMENTS_PYTHON": sys.executable,
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
                **self.environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._count = 0
        self._groups: list[int] = []
        self._type(_PRELUDE)

    def run(self, command: Command) -> tuple[int, str]:
        """Exit code and output of a command.

        One that runs until Ctrl-C has code 0 when it got ready and, unless it ends in ``&``, ended at Ctrl-C.
        """
        return self._stay(command) if command.stays else self._type(command.text)

    def _type(self, text: str) -> tuple[int, str]:
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._count += 1
        script = self.folder / ".typed" / f"{self._count}.sh"
        script.write_text(f"{text}\n", encoding="utf-8")
        self._bash.stdin.write(f". {script} </dev/null\nprintf '\\n@@%s@@\\n' $?\n")
        self._bash.stdin.flush()
        output: list[str] = []
        for line in self._bash.stdout:
            ended = re.fullmatch(r"@@(\d+)@@\n", line)
            if ended:
                return int(ended[1]), "".join(output)
            output.append(line)
        return -1, "".join(output)

    def _stay(self, command: Command) -> tuple[int, str]:
        before, _, last = command.foreground.rpartition("&& ")
        if before:
            code, output = self._type(before)
            if code:
                return code, output
        log = self.folder / ".typed" / f"{self._count + 1}.log"
        log.touch()
        group = int(self._type(f"{{ {last}; }} >> {log} 2>&1 &\necho $!")[1].split()[-1])
        self._groups.append(group)
        until = time.monotonic() + _READY_WITHIN_S
        while not _READY.search(log.read_text(encoding="utf-8")):
            if time.monotonic() > until or not _alive(group):
                return 1, log.read_text(encoding="utf-8")
            self._pause()
        ended = command.beside or self._interrupt(group)
        output = log.read_text(encoding="utf-8")
        return int(not ended or "Traceback" in output), output

    def _pause(self) -> None:
        self._type("sleep 0.1; jobs > /dev/null")  # and bash reaps what ended

    def _interrupt(self, group: int) -> bool:
        os.killpg(group, signal.SIGINT)
        until = time.monotonic() + _ENDED_WITHIN_S
        while time.monotonic() < until:
            self._pause()
            if not _alive(group):
                self._groups.remove(group)
                return True
        return False

    def close(self) -> None:
        """End the shell and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            living = [group for group in self._groups if _alive(group)]
            for group in living:
                os.killpg(group, number)
            until = time.monotonic() + 5.0
            while living and time.monotonic() < until and any(map(_alive, living)):
                self._pause()
        assert self._bash.stdin is not None
        self._bash.stdin.close()
        self._bash.wait(timeout=10)
        assert self._bash.stdout is not None
        self._bash.stdout.close()


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
