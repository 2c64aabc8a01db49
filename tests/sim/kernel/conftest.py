"""A device of ten lines to stand in for a meter."""

from collections.abc import Callable

import pytest

from sim.kernel.ports import Port
from sim.kernel.timing import FieldEnvironment


class Echo:
    """Answers whole lines in upper case after `THINK_S`; tells what it saw."""

    THINK_S = 0.5

    def __init__(self, env: FieldEnvironment, write: Callable[[bytes], None], seen: list[str]) -> None:
        self._env = env
        self._write = write
        self._line = b""
        self.seen = seen
        seen.append("attached")

    def receive(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            self.seen.append(line.decode())
            self._env.process(self._answer(line))

    def closed(self) -> None:
        self.seen.append("closed" if not self._line else "closed mid-line")

    def _answer(self, line: bytes):
        yield self._env.timeout(self.THINK_S)
        self._write(line.upper() + b"\n")


@pytest.fixture
def env() -> FieldEnvironment:
    return FieldEnvironment()


@pytest.fixture
def seen() -> list[str]:
    """What the echo devices saw."""
    return []


@pytest.fixture
def port(env: FieldEnvironment, seen: list[str]) -> Port:
    return Port(env, "echo", lambda write: Echo(env, write, seen))
