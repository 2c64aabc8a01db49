"""Helpers of the bench's own tests: running cases written on the spot, and meters served to it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from textwrap import dedent

import pytest

from amibench.composition import register_schemes
from conformance.bench.run import BenchRun
from conformance.evidence.model import CaseRecord
from conformance.plugin import RUN_NAME
from conformance.targets import Target, load
from sim.scenarios.serving import Endpoints, ServiceTerms, serve_world
from sim.scenarios.world import World

SECRET = "a secret for the tests"

register_schemes()

HEAD = """
import pytest
from conformance.bench.case import case
from i18n import Message

def case_called(name):
    return case(id=name, title=Message("t"), stimulus=Message("s"), requirement=Message("r"))

CLAUSE = pytest.mark.clause("iec62055-41", "7.3.7")
"""


@dataclass
class Ran:
    """What came of cases written on the spot."""

    code: int
    run: BenchRun

    @property
    def record(self) -> CaseRecord:
        """The only record."""
        (record,) = self.run.records
        return record


RunCases = Callable[..., Ran]


@pytest.fixture
def run_cases(tmp_path: Path) -> RunCases:
    """Run the source of some cases as the bench would, on a target."""

    def run(source: str, target: Target | None = None, suites: tuple[str, ...] = ("sts",)) -> Ran:
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
        path = tmp_path / f"test_{tmp_path.name}.py"  # pytest keeps modules by name
        path.write_text(HEAD + dedent(source))
        bench_run = BenchRun(target or load(None, seed=1), suites)

        class Handing:
            @pytest.hookimpl(tryfirst=True)
            def pytest_configure(self, config: pytest.Config) -> None:
                config.pluginmanager.register(bench_run, RUN_NAME)

        arguments = [
            str(path),
            "-c",
            str(tmp_path / "pytest.ini"),
            "--capture=no",
            "--disable-plugin-autoload",
        ]
        silenced = [
            f"-pno:{name}" for name in ("terminal", "cacheprovider", "logging", "warnings", "faulthandler")
        ]
        silenced += ["-pno:unraisableexception", "-pno:threadexception"]
        code = pytest.main([*arguments, *silenced, "-pconformance.plugin"], plugins=[Handing()])
        return Ran(int(code), bench_run)

    return run


class Served:
    """A world served by a thread of its own."""

    def __init__(self, framing: str, serial_url: str | None = None, speed: float = 50.0) -> None:
        self._ready: Queue[Endpoints | BaseException] = Queue()
        self._terms = ServiceTerms(framing, SECRET, serial_url=serial_url, speed=speed)  # type: ignore[arg-type]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        found = self._ready.get(timeout=20)
        if isinstance(found, BaseException):
            raise found
        self.endpoints = found

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:
            self._ready.put(error)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await serve_world(World(seed=1), self._terms, self._ready.put, self._stop)

    def stop(self) -> None:
        """Hang up on everybody."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(timeout=20)


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve virtual meters until the test is over."""
    started: list[Served] = []

    def start(framing: str = "wrapper", **options: object) -> Served:
        started.append(Served(framing, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for served in started:
        served.stop()
