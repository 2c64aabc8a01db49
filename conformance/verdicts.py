"""The seven verdicts, their order of gravity, and what each means to JUnit and to the exit code.

A bench fault must never look like a device fault: `INCONCLUSIVE` is the bench's word about itself or about a
device that fell silent, `FAILS` is only ever said of an answer that was seen.
"""

from collections.abc import Iterable
from enum import StrEnum

from i18n import Message


class Verdict(StrEnum):
    """Verdict of a case on the device under test."""

    CONFORMS = "conforms"
    CONFORMS_NOT_STRICTLY = "conforms-not-strictly"
    INFORMATIONAL = "informational"
    NOT_IMPLEMENTED = "not-implemented"
    NOT_APPLICABLE = "not-applicable"
    FAILS = "fails"
    INCONCLUSIVE = "inconclusive"


#: Lightest first: the verdict of a clause is the gravest of its cases.
GRAVITY: tuple[Verdict, ...] = (
    Verdict.NOT_APPLICABLE,
    Verdict.NOT_IMPLEMENTED,
    Verdict.INFORMATIONAL,
    Verdict.CONFORMS,
    Verdict.CONFORMS_NOT_STRICTLY,
    Verdict.INCONCLUSIVE,
    Verdict.FAILS,
)

#: Outcome in JUnit: failure, error, skipped, or nothing for a pass.
JUNIT_OUTCOME: dict[Verdict, str] = {
    Verdict.CONFORMS: "passed",
    Verdict.CONFORMS_NOT_STRICTLY: "passed",
    Verdict.INFORMATIONAL: "passed",
    Verdict.NOT_IMPLEMENTED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
    Verdict.FAILS: "failure",
    Verdict.INCONCLUSIVE: "error",
}

VERDICT_TEXT: dict[Verdict, Message] = {
    Verdict.CONFORMS: Message("conforms"),
    Verdict.CONFORMS_NOT_STRICTLY: Message("conforms, not strictly"),
    Verdict.INFORMATIONAL: Message("informational"),
    Verdict.NOT_IMPLEMENTED: Message("not implemented (declared)"),
    Verdict.NOT_APPLICABLE: Message("not applicable"),
    Verdict.FAILS: Message("fails"),
    Verdict.INCONCLUSIVE: Message("inconclusive"),
}

#: Verdicts that count as the device having been put to a test.
_APPLIED = frozenset(
    {
        Verdict.CONFORMS,
        Verdict.CONFORMS_NOT_STRICTLY,
        Verdict.INFORMATIONAL,
        Verdict.FAILS,
        Verdict.INCONCLUSIVE,
    }
)

EXIT_CONFORMS = 0
EXIT_FAILS = 1
EXIT_INCONCLUSIVE = 2
EXIT_BENCH_ERROR = 3
EXIT_INTERRUPTED = 130


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict that decides for all of `verdicts`; `NOT_APPLICABLE` where there are none."""
    return max(verdicts, key=GRAVITY.index, default=Verdict.NOT_APPLICABLE)


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """The one verdict of a run: fails, inconclusive (also when no case applied), or conforms."""
    seen = list(verdicts)
    if Verdict.FAILS in seen:
        return Verdict.FAILS
    if Verdict.INCONCLUSIVE in seen or not any(verdict in _APPLIED for verdict in seen):
        return Verdict.INCONCLUSIVE
    return Verdict.CONFORMS


def exit_code(verdicts: Iterable[Verdict]) -> int:
    """The exit code of ``amibench certify`` for these case verdicts: 0, 1 or 2."""
    return {
        Verdict.CONFORMS: EXIT_CONFORMS,
        Verdict.FAILS: EXIT_FAILS,
        Verdict.INCONCLUSIVE: EXIT_INCONCLUSIVE,
    }[overall(verdicts)]
