"""How a case ended, and its record."""

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import CaseInfo
from conformance.bench.endings import CaseEnding, Ending, verdict_of
from conformance.evidence.model import CaseRecord
from conformance.text import Text
from conformance.verdicts import Verdict


def ending_of(
    phase: str, raised: BaseException | None, bench: Bench | None, before: Ending | None
) -> Ending | None:
    """What the end of one phase (``setup``, ``call``, ``teardown``) says; None where it says nothing new.

    A bench that cannot clean up after a case that passed leaves it inconclusive; after a case that failed,
    nothing that happens later counts.
    """
    if raised is None:
        return (bench.mood if bench else None) or Ending(Verdict.CONFORMS) if phase == "call" else None
    if isinstance(raised, pytest.skip.Exception):
        return before or Ending(Verdict.NOT_APPLICABLE, Text(str(raised), str(raised)))
    if phase == "teardown" and before is not None and before.verdict is not Verdict.CONFORMS:
        return None
    verdict, reason = verdict_of(raised)
    return Ending(verdict, reason, expected=isinstance(raised, CaseEnding))


def record_of(info: CaseInfo, ending: Ending, bench: Bench | None) -> CaseRecord:
    """The record of a case that is over; a case that never began has no steps."""
    recorder = bench.recorder if bench else None
    return CaseRecord(
        id=info.id,
        suite=info.suite,
        clauses=info.clauses,
        title=info.title,
        stimulus=info.stimulus,
        requirement=info.requirement,
        verdict=ending.verdict,
        reason=ending.reason,
        needs=info.needs,
        steps=recorder.steps() if recorder else (),
        frames=recorder.frames if recorder else (),
        measurements=recorder.measurements if recorder else (),
        duration_s=bench.duration_s if bench else 0.0,
    )
