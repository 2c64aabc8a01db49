"""Builds the `ReportView` of an `Evidence`: the matrix and the cases, cross-referenced, in one language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.evidence import labels
from conformance.evidence.front import build_front, show_verdict
from conformance.evidence.grouping import by_suite, requirements_by_case
from conformance.evidence.labels import spoken
from conformance.evidence.model import CaseRecord, ClauseRecord, Evidence, FrameRecord, Measurement, Step
from conformance.evidence.palette import ACCENT
from conformance.evidence.ports import client_port
from conformance.evidence.strings import clean, decimal, localised, spaced_hex
from conformance.evidence.view import (
    CaseView,
    ClauseView,
    FrameView,
    MeasurementView,
    Reference,
    ReportView,
    StandardView,
    StepView,
    SuiteView,
)
from conformance.verdicts import Verdict

#: Verdicts whose case a reader must see without asking.
IN_FULL = frozenset({Verdict.FAILS, Verdict.INCONCLUSIVE})

_ARROWS = {"tx": "→", "rx": "←"}
_MARKS = {True: "✓", False: "✗", None: ""}
_TIME_DIGITS = 3


@dataclass(frozen=True, slots=True)
class _Index:
    """Where each case and clause stands in the report, by id, and in which language it speaks."""

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
