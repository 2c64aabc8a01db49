import dataclasses
import re

import pytest

from conformance.evidence import reports
from conformance.evidence.formatting import instant
from conformance.evidence.model import CaseRecord, Evidence
from conformance.evidence.report_view import present
from conformance.evidence.reports import on_paper, render_pdf
from conformance.verdicts import Verdict

DATED = instant("2026-01-05T14:03:22+00:00")
DIGEST = "ab" * 32


@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_hostile_run_compiles_to_the_same_bytes_twice(evidence: Evidence, lang: str) -> None:
    view = present(evidence, lang, DIGEST)
    first, second = render_pdf(view, DATED), render_pdf(view, DATED)
    assert first.startswith(b"%PDF-")
    assert first == second


def test_the_document_is_dated_by_the_run(evidence: Evidence) -> None:
    pdf = render_pdf(present(evidence, "es", DIGEST), DATED)
    assert b"CreationDate(D:20260105140322" in pdf


def test_a_run_without_cases_compiles(evidence: Evidence) -> None:
    run = dataclasses.replace(evidence.run, interrupted=True)
    view = present(dataclasses.replace(evidence, cases=(), clauses=(), run=run), "es", DIGEST)
    assert pages(render_pdf(view, DATED)) >= 1


def test_a_frame_of_many_pages_wraps(evidence: Evidence) -> None:
    case = first(evidence, Verdict.FAILS)
    long = dataclasses.replace(case.frames[2], hex="C4" * 8_000)
    short_run = dataclasses.replace(evidence, cases=(case,))
    long_run = dataclasses.replace(evidence, cases=(dataclasses.replace(case, frames=(long,)),))
    short_pdf, long_pdf = (render_pdf(present(run, "en", DIGEST), DATED) for run in (short_run, long_run))
    assert pages(long_pdf) > pages(short_pdf)


def test_paper_holds_findings_in_full_and_the_rest_in_short(evidence: Evidence) -> None:
    cases = [case for suite in on_paper(present(evidence, "es", DIGEST))["suites"] for case in suite["cases"]]
    assert len(cases) == len(evidence.cases)
    assert all(bool(case["steps"]) is bool(case["frames"]) is case["in_full"] for case in cases)


def test_frames_left_off_are_counted(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "FRAMES_MAX", 3)
    view = present(dataclasses.replace(evidence, cases=(first(evidence, Verdict.FAILS),)), "es", DIGEST)
    paper = on_paper(view)
    case = paper["suites"][0]["cases"][0]
    assert (len(case["frames"]), paper["frames_left_off"]) == (3, {case["anchor"]: 1})
    render_pdf(view, DATED)


def first(evidence: Evidence, verdict: Verdict) -> CaseRecord:
    return next(case for case in evidence.cases if case.verdict is verdict)


def pages(pdf: bytes) -> int:
    return int(re.search(rb"NPages>(\d+)<", pdf)[1])  # type: ignore[index]
