"""Report view: what a report shows, made of the evidence in one language and ready to be printed.

Every string of a view is clean, translated and localised; the HTML and PDF templates only place it, so
that the reports cannot differ in what they say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from conformance.evidence import labels
from conformance.evidence.formatting import (
    ACCENT,
    LOOKS,
    SHOWN_ORDER,
    clean,
    decimal,
    localised,
    shown_instant,
    spaced_hex,
)
from conformance.evidence.labels import spoken
from conformance.evidence.model import (
    CaseRecord,
    ClauseRecord,
    Evidence,
    FrameRecord,
    Measurement,
    Step,
    by_suite,
    requirements_by_case,
)
from conformance.evidence.pcap import client_port
from conformance.verdicts import VERDICT_TEXT, Verdict


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
    """Number of cases that ended in one verdict."""

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
    """Front page: the verdict, on what it was reached, and what it is not."""

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


# ---------------------------------------------------------------- front page

#: Schemes and clocks behind which there is a simulated device.
_VIRTUAL_SCHEMES = frozenset({"sim", "mutant", "memory"})
_VIRTUAL_CLOCKS = frozenset({"virtual", "served"})


def show_verdict(verdict: Verdict, lang: str) -> VerdictView:
    """`verdict` in words, sign and colours."""
    look = LOOKS[verdict]
    return VerdictView(verdict.value, look.sign, VERDICT_TEXT[verdict].spoken(lang), look.ink, look.paper)


def is_virtual(evidence: Evidence) -> bool:
    """True if a simulated device answered."""
    return evidence.link.scheme in _VIRTUAL_SCHEMES or evidence.link.clock in _VIRTUAL_CLOCKS


def build_front(evidence: Evidence, lang: str, digest: str) -> FrontView:
    """The front page of `evidence` in `lang`; `digest` is the SHA-256 of ``evidence.json`` in hex."""
    return FrontView(
        verdict=show_verdict(evidence.verdict, lang),
        sentence=labels.VERDICT_SENTENCES[evidence.verdict].spoken(lang),
        interrupted=evidence.run.interrupted,
        counts=build_counts(evidence, lang),
        total=len(evidence.cases),
        device=_device_facts(evidence, lang),
        link=_link_facts(evidence, lang),
        run=_run_facts(evidence, lang),
        versions=_version_facts(evidence, lang, digest),
        secret=labels.NOTICE_SECRET.spoken(lang) if evidence.contains_secrets else "",
        notices=_notices(evidence, lang),
        digest=digest,
    )


def build_counts(evidence: Evidence, lang: str) -> tuple[CountView, ...]:
    """All seven verdicts with their number of cases, those that need attention first."""
    return tuple(CountView(show_verdict(verdict, lang), evidence.count(verdict)) for verdict in SHOWN_ORDER)


def _facts(lang: str, *pairs: tuple[str, str]) -> tuple[Fact, ...]:
    """A fact per pair of label key and value; what is empty is left out."""
    return tuple(Fact(labels.LABELS[key].spoken(lang), clean(value)) for key, value in pairs if value)


def _device_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    device = evidence.device
    return _facts(
        lang,
        ("name", device.name),
        ("manufacturer", device.manufacturer),
        ("model", device.model),
        ("serial", device.serial),
        ("drn", device.drn),
        ("firmware", device.firmware),
        ("capabilities", ", ".join(device.capabilities)),
        ("stations", ", ".join(device.stations)),
    )


def _link_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    link = evidence.link
    return _facts(
        lang,
        ("link_url", evidence.run.link_url),
        ("scheme", spoken(labels.SCHEMES, link.scheme, lang)),
        ("framing", spoken(labels.FRAMINGS, link.framing, lang)),
        ("clock", spoken(labels.CLOCKS, link.clock, lang)),
    )


def _run_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    run = evidence.run
    return _facts(
        lang,
        ("profile", evidence.profile),
        ("suites", ", ".join(evidence.suites)),
        ("seed", str(evidence.seed)),
        ("started_at", shown_instant(run.started_at)),
        ("finished_at", shown_instant(run.finished_at)),
        ("wall_duration", f"{decimal(run.duration_s, 1, lang)} s"),
        ("operator", run.operator),
    )


def _version_facts(evidence: Evidence, lang: str, digest: str) -> tuple[Fact, ...]:
    run = evidence.run
    named = tuple(Fact(clean(name), clean(version)) for name, version in sorted(run.versions.items()))
    return (
        *_facts(lang, ("product", evidence.product_version), ("python", run.python)),
        *(fact for fact in named if fact.label not in ("amibench", "python")),
        *_facts(
            lang,
            ("host", run.host),
            ("target", run.target),
            ("command", run.command),
            ("schema", evidence.schema),
            ("digest", digest),
        ),
    )


def _notices(evidence: Evidence, lang: str) -> tuple[str, ...]:
    where = labels.NOTICE_REAL
    if is_virtual(evidence):
        vendor = evidence.link.framing == "requests"
        where = labels.NOTICE_VENDOR if vendor else labels.NOTICE_VIRTUAL
    return tuple(notice.spoken(lang) for notice in (labels.NOTICES[0], where, *labels.NOTICES[1:]))


# ---------------------------------------------------------------- cases and clauses

#: Verdicts whose case a reader must see without asking.
IN_FULL = frozenset({Verdict.FAILS, Verdict.INCONCLUSIVE})

_ARROWS = {"tx": "→", "rx": "←"}
_MARKS = {True: "✓", False: "✗", None: ""}
_TIME_DIGITS = 3


@dataclass(frozen=True, slots=True)
class _Index:
    """Anchors of cases and clauses by id, and the language of the report."""

    lang: str
    cases: dict[str, Reference]
    clauses: dict[str, Reference]
    requirements: dict[str, tuple[str, ...]]  # of the IPSE specification, by id of the case


def present(evidence: Evidence, lang: str, digest: str) -> ReportView:
    """The report of `evidence` in `lang` (``es`` or ``en``); `digest` is the SHA-256 of ``evidence.json``."""
    index = _build_index(evidence, lang)
    suites = _build_suites(evidence, index)
    return ReportView(
        lang=lang,
        labels=labels.all_spoken(lang),
        accent=ACCENT,
        device_name=clean(evidence.device.name),
        front=build_front(evidence, lang, digest),
        attention=tuple(case for suite in suites for case in suite.cases if case.in_full),
        standards=_build_standards(evidence.clauses, index),
        suites=suites,
    )


def anchors(prefix: str, ids: Iterable[str]) -> dict[str, str]:
    """An anchor of letters, digits and hyphens for each id; no two share one."""
    by_anchor: dict[str, str] = {}
    for name in ids:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        anchor = f"{prefix}-{slug}"
        while by_anchor.get(anchor, name) != name:
            anchor += "-x"
        by_anchor[anchor] = name
    return {name: anchor for anchor, name in by_anchor.items()}


def _build_index(evidence: Evidence, lang: str) -> _Index:
    case_anchors = anchors("case", (case.id for case in evidence.cases))
    clause_anchors = anchors("clause", (clause.id for clause in evidence.clauses))
    return _Index(
        lang=lang,
        cases={
            case.id: Reference(clean(case.id), case_anchors[case.id], show_verdict(case.verdict, lang))
            for case in evidence.cases
        },
        clauses={
            clause.id: Reference(
                clean(f"{clause.standard} {clause.number}"),
                clause_anchors[clause.id],
                show_verdict(clause.verdict, lang),
            )
            for clause in evidence.clauses
        },
        requirements=requirements_by_case(evidence),
    )


def _resolve(ids: Iterable[str], known: dict[str, Reference]) -> tuple[Reference, ...]:
    """A reference per id; one that this run does not hold (``--only``, Ctrl-C) has no anchor."""
    return tuple(known.get(name, Reference(clean(name), "")) for name in ids)


def _build_standards(clauses: tuple[ClauseRecord, ...], index: _Index) -> tuple[StandardView, ...]:
    grouped: dict[tuple[str, str], list[ClauseRecord]] = {}
    for clause in clauses:
        grouped.setdefault((clause.standard, clause.edition), []).append(clause)
    return tuple(
        StandardView(
            clean(standard), clean(edition), tuple(_build_clause(clause, index) for clause in members)
        )
        for (standard, edition), members in grouped.items()
    )


def _build_clause(clause: ClauseRecord, index: _Index) -> ClauseView:
    return ClauseView(
        anchor=index.clauses[clause.id].anchor,
        number=clean(clause.number),
        title=clean(clause.title.spoken(index.lang)),
        paraphrase=_paraphrase(clause, index.lang),
        level=spoken(labels.LEVELS, clause.level, index.lang),
        requirements=tuple(map(clean, clause.requirements)),
        verdict=show_verdict(clause.verdict, index.lang),
        cases=_resolve(clause.cases, index.cases),
    )


def _paraphrase(clause: ClauseRecord, lang: str) -> str:
    """Our words for the clause; where its number was not read in a source, the row says so."""
    words = clean(clause.paraphrase.spoken(lang))
    return f"{words} {labels.FROM_MEMORY.spoken(lang)}" if clause.confidence == "M" else words


def _build_suites(evidence: Evidence, index: _Index) -> tuple[SuiteView, ...]:
    return tuple(
        SuiteView(
            key=clean(suite),
            name=spoken(labels.SUITE_NAMES, clean(suite), index.lang),
            cases=tuple(_build_case(number, case, index) for number, case in members),
        )
        for suite, members in by_suite(evidence).items()
    )


def _build_case(number: int, case: CaseRecord, index: _Index) -> CaseView:
    lang, anchor = index.lang, index.cases[case.id].anchor
    return CaseView(
        id=clean(case.id),
        anchor=anchor,
        title=clean(case.title.spoken(lang)),
        verdict=show_verdict(case.verdict, lang),
        in_full=case.verdict in IN_FULL,
        clauses=_resolve(case.clauses, index.clauses),
        requirements=tuple(map(clean, index.requirements[case.id])),
        needs=clean(", ".join(case.needs)),
        stimulus=clean(case.stimulus.spoken(lang)),
        requirement=clean(case.requirement.spoken(lang)),
        reason=clean(case.reason.spoken(lang)),
        duration=f"{decimal(case.duration_s, _TIME_DIGITS, lang)} s",
        duration_s=case.duration_s,
        steps=tuple(_build_step(step, anchor, lang) for step in case.steps),
        measurements=tuple(_build_measurement(item, lang) for item in case.measurements),
        frames=tuple(_build_frame(at, frame, anchor, lang) for at, frame in enumerate(case.frames, start=1)),
        frames_filter=f"tcp.port == {client_port(number)}" if case.frames else "",
    )


def _build_step(step: Step, anchor: str, lang: str) -> StepView:
    frames, frames_anchor = "", ""
    if step.frame_from is not None and step.frame_to is not None and step.frame_to > step.frame_from:
        first, last = step.frame_from + 1, step.frame_to
        frames = str(first) if first == last else f"{first}–{last}"
        frames_anchor = _frame_anchor(anchor, first)
    return StepView(
        kind=step.kind,
        kind_word=spoken(labels.STEP_KINDS, step.kind, lang),
        text=clean(step.text.spoken(lang)),
        time=decimal(step.time_s, _TIME_DIGITS, lang),
        mark=_MARKS[step.passed],
        frames=frames,
        frames_anchor=frames_anchor,
    )


def _build_measurement(item: Measurement, lang: str) -> MeasurementView:
    return MeasurementView(clean(item.name), localised(clean(item.value), lang), clean(item.unit))


def _build_frame(number: int, frame: FrameRecord, anchor: str, lang: str) -> FrameView:
    return FrameView(
        number=number,
        anchor=_frame_anchor(anchor, number),
        direction=frame.direction,
        arrow=_ARROWS[frame.direction],
        time=decimal(frame.time_s, _TIME_DIGITS, lang),
        hex=spaced_hex(clean(frame.hex)),
        octets=len(frame.hex) // 2,
        summary=clean(frame.summary),
    )


def _frame_anchor(case_anchor: str, number: int) -> str:
    return f"{case_anchor}-frame-{number}"
