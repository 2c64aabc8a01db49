"""What a report shows, in one language and ready to be printed: what the HTML and PDF templates read.

Every string here is already clean, translated and localised; a template only places it.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Fact(NamedTuple):
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict as a key (for a style), a sign and words."""

    key: str
    sign: str
    word: str
    ink: str
    paper: str


@dataclass(frozen=True, slots=True)
class CountView:
    """How many cases ended in one verdict."""

    verdict: VerdictView
    count: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A link to a case or a clause; an empty `anchor` where the report holds no such thing."""

    name: str
    anchor: str
    verdict: VerdictView | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step; `mark` is ``✓``, ``✗`` or empty, `frames` is ``3–5`` or empty."""

    kind: str
    kind_word: str
    text: str
    time: str
    mark: str
    frames: str
    frames_anchor: str


@dataclass(frozen=True, slots=True)
class FrameView:
    """One frame; `arrow` is ``→`` towards the device and ``←`` from it."""

    number: int
    anchor: str
    direction: str
    arrow: str
    time: str
    hex: str
    octets: int
    summary: str


@dataclass(frozen=True, slots=True)
class MeasurementView:
    """One number that was read."""

    name: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case; `in_full` when a reader must see all of it without asking."""

    id: str
    anchor: str
    title: str
    verdict: VerdictView
    in_full: bool
    clauses: tuple[Reference, ...]
    requirements: tuple[str, ...]
    needs: str
    stimulus: str
    requirement: str
    reason: str
    duration: str
    duration_s: float
    steps: tuple[StepView, ...]
    measurements: tuple[MeasurementView, ...]
    frames: tuple[FrameView, ...]
    frames_filter: str


@dataclass(frozen=True, slots=True)
class ClauseView:
    """One row of the matrix."""

    anchor: str
    number: str
    title: str
    paraphrase: str
    level: str
    requirements: tuple[str, ...]
    verdict: VerdictView
    cases: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class StandardView:
    """The clauses of one standard, in the order of the catalogue."""

    name: str
    edition: str
    clauses: tuple[ClauseView, ...]


@dataclass(frozen=True, slots=True)
class SuiteView:
    """The cases of one suite, in the order in which they ran."""

    key: str
    name: str
    cases: tuple[CaseView, ...]


@dataclass(frozen=True, slots=True)
class FrontView:
    """What the report opens with: the verdict, on what it was reached, and what it is not."""

    verdict: VerdictView
    sentence: str
    interrupted: bool
    counts: tuple[CountView, ...]
    total: int
    device: tuple[Fact, ...]
    link: tuple[Fact, ...]
    run: tuple[Fact, ...]
    versions: tuple[Fact, ...]
    secret: str
    notices: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report."""

    lang: str
    labels: dict[str, str]
    accent: str
    device_name: str
    front: FrontView
    attention: tuple[CaseView, ...]
    standards: tuple[StandardView, ...]
    suites: tuple[SuiteView, ...]
