"""Case outcomes: a case that ends before its last line, and the verdict of anything raised in one.

```
CaseOutcome
├── CaseFails            an answer was seen and it is not the one required
├── CaseNotApplicable    the device has no such part, or the bench no such station
├── CaseNotImplemented   the device declares not to do this
└── CaseInconclusive     the bench could not tell
BenchError               the run cannot start or go on: one sentence
```

Whatever else is raised in a case, the device's silence, a lost link, a bug of the bench, is
`INCONCLUSIVE`.
"""

from dataclasses import dataclass

from conformance.verdicts import Verdict
from i18n import Message

NOTHING = Message("")


class BenchError(Exception):
    """The run cannot start; the message is the whole sentence that the user sees."""


class CaseOutcome(Exception):  # noqa: N818 - an outcome is not an error
    """A case ends here, with `verdict` and the reason in both languages."""

    verdict = Verdict.INCONCLUSIVE

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.en)
        self.reason = reason


class CaseFails(CaseOutcome):
    """The device answered, and the answer is not the one required."""

    verdict = Verdict.FAILS


class CaseNotApplicable(CaseOutcome):
    """Nothing to test: no such part in the device, or no such station on the bench."""

    verdict = Verdict.NOT_APPLICABLE


class CaseNotImplemented(CaseOutcome):
    """The device declares not to do this."""

    verdict = Verdict.NOT_IMPLEMENTED


class CaseInconclusive(CaseOutcome):
    """The bench cannot tell."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, its reason, and whether the case meant to end so (else a traceback is worth showing)."""

    verdict: Verdict
    reason: Message = NOTHING
    expected: bool = True


def verdict_of(raised: BaseException) -> tuple[Verdict, Message]:
    """Verdict and reason of an exception that left a case: all but an outcome is about the bench itself."""
    if isinstance(raised, CaseOutcome):
        return raised.verdict, raised.reason
    sentence = str(raised).strip() or "no more is known"
    name = type(raised).__name__
    return Verdict.INCONCLUSIVE, Message(
        "the bench could not tell ({name}): {sentence}", name=name, sentence=sentence
    )
