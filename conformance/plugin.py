"""Pytest plugin of the bench: ``pytest conformance/suites -p conformance.plugin --target target.toml``.

It gives cases their `bench`, checks what they say of themselves, decides which apply to the target, and turns
how each one ends into one of the seven verdicts. `conformance.runner` uses it with a run of its own, and
``amibench.pytest_plugin`` is the same with virtual devices.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance import catalogue
from conformance.bench.bench import Bench
from conformance.bench.case import CaseInfo
from conformance.bench.case_selection import case_info, chosen, gate, uncovered
from conformance.bench.outcome import BenchError, Outcome
from conformance.bench.run import BenchRun, outcome_of, record_of
from conformance.stations.wall_clock import monotonic_s
from conformance.targets import TargetError, load
from conformance.verdicts import JUNIT_OUTCOME, Verdict

RUN_NAME = "amibench-run"

_INFO = pytest.StashKey[CaseInfo]()
_BENCH = pytest.StashKey[Bench]()
_OUTCOME = pytest.StashKey[Outcome]()

MARKERS = (
    "case(text): the words of a conformance case",
    "clause(standard, number, level='shall'): the clause of the catalogue that a case tests",
    "needs(*names): stations, associations and capabilities without which a case does not apply",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the bench."""
    group = parser.getgroup("amibench", "conformance bench")
    group.addoption("--target", help="device under test: a URL (sim://ppkw, tcp://…) or a target file")
    group.addoption("--target-keys", type=Path, help="associations for a device reached by a bare URL")
    group.addoption("--target-seed", type=int, default=1, help="seed of the simulated world")
    group.addoption(
        "--profile", default="ipse-teorama", help="profile of the catalogue that chooses the suites"
    )
    group.addoption("--only", action="append", default=[], help="only this case or clause; may be repeated")
    group.addoption("--fail-uncovered", action="store_true", help="fail when a clause has no case")


def pytest_configure(config: pytest.Config) -> None:
    """Make the run, unless the runner brought one."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    if config.pluginmanager.get_plugin(RUN_NAME) is None:
        config.pluginmanager.register(_run_from(config), RUN_NAME)


def _run_from(config: pytest.Config) -> BenchRun:
    try:
        target = load(
            config.getoption("--target"),
            seed=config.getoption("--target-seed"),
            keys=config.getoption("--target-keys"),
        )
        suites = catalogue.profile(config.getoption("--profile")).suites
    except (TargetError, catalogue.CatalogueError) as error:
        raise pytest.UsageError(str(error)) from error
    return BenchRun(target, suites, config.getoption("--only"), standalone=True)


def _run(config: pytest.Config) -> BenchRun:
    run = config.pluginmanager.get_plugin(RUN_NAME)
    assert isinstance(run, BenchRun)  # noqa: S101 - registered by `pytest_configure` or by the runner
    return run


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Read what every case says of itself, and keep the chosen ones."""
    run = _run(config)
    by_id: dict[str, pytest.Item] = {}
    infos: list[CaseInfo] = []
    try:
        for item in items:
            info = case_info(item)
            if info.id in by_id:
                raise BenchError(f"two cases are called {info.id}")
            by_id[info.id] = item
            item.stash[_INFO] = info
            infos.append(info)
        if config.getoption("--fail-uncovered") and (left := uncovered(infos)):
            raise BenchError(f"clauses without a case: {', '.join(left)}")
        run.cases = chosen(infos, run.suites, run.only)
    except BenchError as error:
        run.complaints.append(str(error))
        items.clear()
        if run.standalone:
            raise pytest.UsageError(str(error)) from error
        return
    run.cases.sort(key=lambda info: run.suites.index(info.suite))
    kept = [by_id[info.id] for info in run.cases]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tell that a case begins; stop it where it does not apply to the target."""
    run = _run(item.config)
    info = item.stash[_INFO]
    run.tell(info)
    shut = gate(info.needs, run.target)
    if shut is not None:
        verdict, reason = shut
        item.stash[_OUTCOME] = Outcome(verdict, reason)
        pytest.skip(reason.en)


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """The bench, with nothing of the case before in its record."""
    made = Bench(_run(request.config).rig)
    request.node.stash[_BENCH] = made
    made.begin()
    yield made
    made.finish()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """From how a phase ended to the verdict, and from the verdict to what pytest shows."""
    report = yield
    bench_used = item.stash.get(_BENCH, None)
    before = item.stash.get(_OUTCOME, None)
    outcome = outcome_of(call.when, call.excinfo and call.excinfo.value, bench_used, before)
    if outcome is not None:
        item.stash[_OUTCOME] = outcome
    if outcome is not None and call.when in ("setup", "call"):
        _show(report, outcome, item)
    return report


def _show(report: pytest.TestReport, outcome: Outcome, item: pytest.Item) -> None:
    shown_as = JUNIT_OUTCOME[outcome.verdict]
    words = f"{outcome.verdict.value}: {outcome.reason.en}"
    report.user_properties.append(("verdict", outcome.verdict.value))
    if shown_as == "skipped":
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, words)
    elif shown_as in ("failure", "error"):
        report.outcome = "failed"
        report.longrepr = words if outcome.expected else f"{words}\n{report.longreprtext}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Around a whole case: when it is over, its record is made."""
    began_s = monotonic_s()
    result = yield
    run = _run(item.config)
    info = item.stash[_INFO]
    outcome = item.stash.get(_OUTCOME, Outcome(Verdict.CONFORMS))
    run.records.append(record_of(info, outcome, item.stash.get(_BENCH, None)))
    run.wall_s[info.id] = round(monotonic_s() - began_s, 3)
    run.tell(info, outcome.verdict)
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let the device go, where there was one."""
    run = config.pluginmanager.get_plugin(RUN_NAME)
    if isinstance(run, BenchRun):
        run.close()
