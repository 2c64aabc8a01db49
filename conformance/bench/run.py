"""One run of the bench, shared by plugin and runner: target, chosen cases, outcome and record of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import CaseInfo
from conformance.bench.outcome import CaseOutcome, Outcome, verdict_of
from conformance.bench.rig import Rig, open_rig
from conformance.evidence.model import CaseRecord
from conformance.targets.load import Target
from conformance.verdicts import Verdict
from i18n import Verbatim


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a run: `case` is the one about to begin (`verdict` None) or just ended."""

    done: int
    total: int
    case: CaseInfo
    verdict: Verdict | None = None


@dataclass(slots=True)
class BenchRun:
    """Lives from the collection of the cases to the last record.

    Args:
        target: the device under test.
        suites: names of the suites that are run.
        only: cases or clauses that the run is narrowed to.
        lang: of the questions that an operator is asked.
        on_progress: called before and after each case.
        standalone: pytest was started by a person: it may say itself what is wrong with the command line.
    """

    target: Target
    suites: Sequence[str]
    only: Sequence[str] = ()
    lang: str = "en"
    on_progress: Callable[[Progress], None] | None = None
    cases: list[CaseInfo] = field(default_factory=list)
    records: list[CaseRecord] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    interrupted: bool = False
    wall_s: dict[str, float] = field(default_factory=dict)
    standalone: bool = False
    _rig: Rig | None = None

    @property
    def rig(self) -> Rig:
        """The device and its stations, reached on first use.

        Raises:
            BenchError: they cannot be reached.
        """
        if self._rig is None:
            self._rig = open_rig(self.target, self.lang)
        return self._rig

    def open_rig(self) -> None:
        """Reach the device and its stations now.

        Raises:
            BenchError: they cannot be reached.
        """
        _ = self.rig

    def tell(self, case: CaseInfo, verdict: Verdict | None = None) -> None:
        """Report the progress of the run."""
        if self.on_progress is not None:
            self.on_progress(Progress(len(self.records), len(self.cases), case, verdict))

    def close(self) -> None:
        """Let the device and the stations go."""
        if self._rig is not None:
            self._rig.close()
            self._rig = None


# ---------------------------------------------------------------- outcome and record of a case


def outcome_of(
    phase: str, raised: BaseException | None, bench: Bench | None, before: Outcome | None
) -> Outcome | None:
    """Outcome at the end of a phase (``setup``, ``call``, ``teardown``); None where it says nothing new.

    A bench that cannot clean up after a case that passed leaves it inconclusive; after a case that failed,
    nothing that happens later counts.
    """
    if raised is None:
        if phase != "call":
            return None
        return (bench.final_outcome if bench else None) or Outcome(Verdict.CONFORMS)
    if isinstance(raised, pytest.skip.Exception):
        return before or Outcome(Verdict.NOT_APPLICABLE, Verbatim(str(raised)))
    if phase == "teardown" and before is not None and before.verdict is not Verdict.CONFORMS:
        return None
    verdict, reason = verdict_of(raised)
    return Outcome(verdict, reason, expected=isinstance(raised, CaseOutcome))


def record_of(info: CaseInfo, outcome: Outcome, bench: Bench | None) -> CaseRecord:
    """The record of a case that is over; a case that never began has no steps."""
    recorder = bench.recorder if bench else None
    return CaseRecord(
        id=info.id,
        suite=info.suite,
        clauses=info.clauses,
        title=info.title,
        stimulus=info.stimulus,
        requirement=info.requirement,
        verdict=outcome.verdict,
        reason=outcome.reason,
        needs=info.needs,
        steps=recorder.steps() if recorder else (),
        frames=recorder.frames if recorder else (),
        measurements=recorder.measurements if recorder else (),
        duration_s=bench.duration_s if bench else 0.0,
    )
