"""Processes of an office: their environment, the line of JSON that says that they are ready, their end."""

import contextlib
import ctypes
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Signals that ask a program to end.
ENDING_SIGNALS = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
#: So long a process may take to end by itself, s.
_TERMINATION_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1
_READ_BYTES = 65_536
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildDiedError(Exception):
    """A process ended by itself, or said something else than that it is ready; one sentence."""


@dataclass(frozen=True, slots=True)
class ChildProcess:
    """A process that is under way.

    Args:
        name: for people.
        process: with a pipe at its output.
        log: where its complaints go.
    """

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def read_line(self) -> dict[str, Any]:
        """The next line that it says.

        Raises:
            ChildDiedError: it ended before, or says no JSON.
        """
        stream = self.process.stdout
        said = stream.readline() if stream is not None else b""
        try:
            found = json.loads(said)
        except ValueError:
            raise ChildDiedError(self.last_error()) from None
        if not isinstance(found, dict):
            raise ChildDiedError(self.last_error())
        return found

    def send_last_line(self, line: str) -> None:
        """Say a line to it, the last one."""
        stream = self.process.stdin
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):  # it died: its output will end, too
                stream.write(line.encode() + b"\n")
                stream.close()

    def close_pipes(self) -> None:
        """Close the pipes to it."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def last_error(self) -> str:
        """Its last words."""
        with contextlib.suppress(OSError):
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if words:
                return f"{self.name}: {words[-1].removeprefix('amibench: ')}"
        return f"{self.name} ended without a word"


class ProcessGroup:
    """The processes of one office.

    Args:
        folder: for their logs.
        environment: what each of them is given.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._children: list[ChildProcess] = []

    def start(self, name: str, words: Sequence[str]) -> ChildProcess:
        """Start ``python -m`` `words`."""
        log = self._folder / f"{name}.log"
        with open(log, "wb") as complaints, _signals_blocked():
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=self._environment,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for the command, which then ends them in order
                preexec_fn=_restore_signals,  # noqa: PLW1509 - there are no threads here
            )
            child = ChildProcess(name, process, log)
            self._children.append(child)
        return child

    def watch(self) -> None:
        """Return never: until a signal, or until one ends, also if it did before.

        Raises:
            ChildDiedError: one ended.
        """
        with selectors.DefaultSelector() as selector:
            for child in self._children:
                if child.process.stdout is not None:
                    selector.register(child.process.stdout, selectors.EVENT_READ, child)
            while True:
                for key, _ in selector.select():
                    if not os.read(key.fd, _READ_BYTES):
                        raise ChildDiedError(key.data.last_error())

    def finish(self, child: ChildProcess) -> None:
        """Wait for one that ends by itself when its work is done.

        Raises:
            ChildDiedError: it failed.
        """
        if child.process.wait():
            raise ChildDiedError(child.last_error())
        self._children.remove(child)
        child.close_pipes()

    def end(self) -> None:
        """End every process, the last one first; those that do not listen are killed."""
        for child in reversed(self._children):
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        for child in reversed(self._children):
            try:
                child.process.wait(_TERMINATION_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
            child.close_pipes()


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """No signal between the start of a process and its being remembered."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _restore_signals() -> None:
    """In the new process: hear signals again, and do not outlive the command even where that is killed."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


# ---------------- Environment and places of the processes

#: Lease of a channel by a collector, s of the wall.
_LEASE_S = 90.0
#: Of the user's environment, nothing of a real system reaches the processes.
_FOREIGN = ("AMIBENCH_", "DJANGO_", "DATABASE_URL")


def process_environment(folder: Path, speed: float = 1.0) -> dict[str, str]:
    """Environment of the processes: the user's without a real system, and the office's settings.

    Args:
        folder: the private one.
        speed: seconds of business that pass in one of the wall: leases last as long on the wall as anywhere.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "system.config.settings.demo",
        "TMPDIR": str(folder),  # what a process that is killed leaves lying goes away with the rest
        "AMIBENCH_DATA_DIR": str(folder),
        "AMIBENCH_SECRET_KEY": secrets.token_urlsafe(48),
        "AMIBENCH_SECURITY_MODULE": f"unix://{module_socket(folder)}",
        "AMIBENCH_WORLD_CONTROL": str(control_file(folder)),
        "AMIBENCH_LEASE_S": str(round(_LEASE_S * max(1.0, speed))),
        "AMIBENCH_LANG": os.environ.get("AMIBENCH_LANG", ""),
    }


def control_file(folder: Path) -> Path:
    """File in which the simulated world says how it is controlled and reached."""
    return folder / "control.toml"


def module_socket(folder: Path) -> Path:
    """Socket of the security module."""
    return folder / "socket"
