"""Runs the suites on a target and hands back the evidence: pytest in this process, with a run of its own."""

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata

import pytest

from conformance import catalogue
from conformance.bench import case_selection
from conformance.bench.case import CaseInfo
from conformance.bench.case_selection import SUITES_FOLDER, suite_names
from conformance.bench.outcome import BenchError
from conformance.bench.run import BenchRun, Progress
from conformance.evidence.model import CaseRecord, ClauseRecord, DeviceRecord, Evidence, LinkRecord, RunRecord
from conformance.plugin import RUN_NAME
from conformance.stations.wall_clock import monotonic_s, utc_now
from conformance.targets import Target
from conformance.verdicts import Verdict, gravest, overall

__all__ = ["BenchError", "CaseInfo", "Progress", "list_cases", "run_suites"]

#: pytest's own plugins that would touch the streams, the warnings or the signals of the program around us.
_SILENCED: tuple[str, ...] = ("terminal", "cacheprovider", "logging", "warnings", "faulthandler", "junitxml")
_SILENCED += ("unraisableexception", "threadexception", "recwarn", "pastebin", "doctest", "unittest")

_ARGUMENTS = [
    "-c",
    str(SUITES_FOLDER / "pytest.ini"),
    f"--rootdir={SUITES_FOLDER}",
    "--capture=no",
    "--disable-plugin-autoload",
    *(f"-pno:{name}" for name in _SILENCED),
    "-pconformance.plugin",
]

_DISTRIBUTIONS = ("amibench", "pytest", "pydantic", "numpy", "simpy")


def list_cases(
    target: Target,
    *,
    suites: Sequence[str] | None = None,
    only: Sequence[str] = (),
    profile: str = "ipse-teorama",
) -> list[CaseInfo]:
    """The cases a run would take; those that do not apply to `target` say why. Touches no device.

    Raises:
        BenchError: an unknown suite, profile, case or clause.
    """
    run = BenchRun(target, _suites(suites, profile), only)
    _pytest(run, "--collect-only")
    shut = [(case, case_selection.gate(case.needs, target)) for case in run.cases]
    return [case if not gate else replace(case, gate=gate[1]) for case, gate in shut]


def run_suites(
    target: Target,
    *,
    suites: Sequence[str] | None = None,
    only: Sequence[str] = (),
    profile: str = "ipse-teorama",
    seed: int = 1,
    lang: str = "en",
    on_progress: Callable[[Progress], None] | None = None,
    operator: str = "",
    command: str = "",
) -> Evidence:
    """Run the cases and return what was seen. Ctrl-C ends the run and still returns what was done.

    Args:
        target: the device under test.
        suites: names of suites; None for those of the profile.
        only: cases or clauses to narrow the run to.
        profile: of the catalogue.
        seed: as the user gave it; a simulated target may carry another in its URL, and that one is recorded.
        lang: of the questions an operator is asked, ``es`` or ``en``.
        on_progress: called before and after each case.
        operator: who ran it.
        command: the command line, for the record.

    Raises:
        BenchError: the run cannot start: unknown names, or a device or station that cannot be reached.
    """
    run = BenchRun(target, _suites(suites, profile), only, lang, on_progress)
    started_at, began_s = utc_now(), monotonic_s()
    try:
        _pytest(run)
    except KeyboardInterrupt:
        run.interrupted = True
    finally:
        run.close()
    stamp = RunRecord(
        started_at=started_at,
        finished_at=utc_now(),
        duration_s=round(monotonic_s() - began_s, 3),
        link_url=target.statement.link.url,
        target=target.given,
        operator=operator,
        host=platform.node(),
        python=platform.python_version(),
        versions={name: _version(name) for name in _DISTRIBUTIONS},
        command=command,
        interrupted=run.interrupted,
        case_wall_s=run.wall_s,
    )
    return _evidence(run, profile, target.seed if target.simulated else seed, stamp)


def _suites(suites: Sequence[str] | None, profile: str) -> tuple[str, ...]:
    try:
        chosen = catalogue.profile(profile).suites
    except catalogue.CatalogueError as error:
        raise BenchError(str(error)) from error
    if suites is None:
        return chosen
    unknown = [suite for suite in suites if suite not in suite_names()]
    if unknown:
        raise BenchError(f"unknown suite `{unknown[0]}`; known: {', '.join(suite_names())}")
    return tuple(dict.fromkeys(suites))


def _pytest(run: BenchRun, *more: str) -> None:
    """One pass of pytest over the suites of the run, isolated from the settings of the program around us."""

    class Complaints:
        """Hears what pytest cannot collect, or cannot do itself."""

        @staticmethod
        def pytest_collectreport(report: pytest.CollectReport) -> None:
            if report.failed:
                run.complaints.append(f"{report.nodeid} cannot be collected: {report.longreprtext}")

        @staticmethod
        def pytest_internalerror(excrepr: object) -> None:
            run.complaints.append(f"the bench stumbled: {excrepr}")

    run.complaints.clear()
    folders = [str(SUITES_FOLDER / suite.replace("-", "_")) for suite in run.suites]
    with _environment_without("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        code = pytest.main([*folders, *_ARGUMENTS, *more], plugins=[_Registered(run), Complaints()])
    if code == pytest.ExitCode.INTERRUPTED and not run.complaints:
        raise KeyboardInterrupt
    if run.complaints:
        raise BenchError(run.complaints[0])


class _Registered:
    """Hands the run to `conformance.plugin` under the name that it looks for, and reaches the device."""

    def __init__(self, run: BenchRun) -> None:
        self._run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the run."""
        config.pluginmanager.register(self._run, RUN_NAME)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Reach the device once the cases are known, before the first one; True ends the run here."""
        if session.config.option.collectonly:
            return None
        if not self._run.complaints:
            try:
                self._run.open_rig()
            except BenchError as error:
                self._run.complaints.append(str(error))
        return True if self._run.complaints else None


@contextmanager
def _environment_without(*names: str) -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _overall(cases: Sequence[CaseRecord], interrupted: bool) -> Verdict:
    """The verdict of a run; what was interrupted can fail, but it cannot conform."""
    verdict = overall(case.verdict for case in cases)
    return Verdict.INCONCLUSIVE if interrupted and verdict is Verdict.CONFORMS else verdict


def _evidence(run: BenchRun, profile: str, seed: int, stamp: RunRecord) -> Evidence:
    statement = run.target.statement
    cases = tuple(run.records)
    return Evidence(
        verdict=_overall(cases, stamp.interrupted),
        device=DeviceRecord(
            **statement.device.model_dump(exclude={"flag_id"}),
            capabilities=tuple(sorted(statement.capabilities.present)),
            stations=tuple(sorted(statement.stations)),
        ),
        link=LinkRecord(run.target.scheme, run.target.framing, run.target.clock_kind),
        profile=profile,
        suites=tuple(run.suites),
        seed=seed,
        product_version=_version("amibench"),
        clauses=_clauses(cases),
        cases=cases,
        run=stamp,
    )


def _clauses(cases: Sequence[CaseRecord]) -> tuple[ClauseRecord, ...]:
    """The rows of the matrix: every clause that a case of this run named, in the catalogue's order."""
    rows = []
    for clause in catalogue.clauses().values():
        named = [case for case in cases if clause.id in case.clauses]
        if named:
            rows.append(
                ClauseRecord(
                    id=clause.id,
                    standard=clause.standard,
                    number=clause.number,
                    edition=clause.edition,
                    level=clause.level,
                    title=clause.title,
                    paraphrase=clause.paraphrase,
                    requirements=clause.requirements,
                    cases=tuple(case.id for case in named),
                    verdict=gravest(case.verdict for case in named),
                    confidence=clause.confidence,
                )
            )
    return tuple(rows)
