import dataclasses

import pytest

from conformance.evidence.model import CaseRecord, Evidence, LinkRecord, by_suite, requirements_by_case
from conformance.evidence.report_view import CaseView, ReportView, anchors, present
from conformance.verdicts import Verdict

DIGEST = "ab" * 32


def cases_of(view: ReportView) -> list[CaseView]:
    return [case for suite in view.suites for case in suite.cases]


def test_nothing_is_lost(evidence: Evidence) -> None:
    view = present(evidence, "es", DIGEST)
    assert len(cases_of(view)) == len(evidence.cases) == view.front.total
    assert sum(count.count for count in view.front.counts) == len(evidence.cases)
    assert sum(len(standard.clauses) for standard in view.standards) == len(evidence.clauses)


def test_what_needs_attention_is_fails_and_inconclusive(evidence: Evidence) -> None:
    view = present(evidence, "en", DIGEST)
    assert {case.verdict.key for case in view.attention} == {"fails", "inconclusive"}
    assert len(view.attention) == evidence.count(Verdict.FAILS) + evidence.count(Verdict.INCONCLUSIVE)


def test_cases_and_clauses_point_at_each_other(evidence: Evidence) -> None:
    view = present(evidence, "en", DIGEST)
    anchored = {case.anchor for case in cases_of(view)}
    clauses = [clause for standard in view.standards for clause in standard.clauses]
    assert {case.anchor for clause in clauses for case in clause.cases} == {*anchored, ""}
    assert {clause.anchor for case in cases_of(view) for clause in case.clauses} == {
        c.anchor for c in clauses
    } | {""}


def test_a_reference_out_of_this_run_keeps_its_name(evidence: Evidence) -> None:
    clause = present(evidence, "en", DIGEST).standards[0].clauses[0]
    assert (clause.cases[-1].name, clause.cases[-1].anchor) == ("sts/not-run", "")


def test_anchors_are_never_shared() -> None:
    names = ["a/b", "a.b", "a-b", "<b>", "A/B", "a/b-x", "b"]
    assert len(set(anchors("case", names).values())) == len(names)


def test_steps_name_their_frames_from_one(evidence: Evidence) -> None:
    case = cases_of(present(evidence, "es", DIGEST))[0]
    assert [step.frames for step in case.steps] == ["", "1–2", "3", "4", ""]
    assert case.steps[2].frames_anchor == case.frames[2].anchor
    assert [step.mark for step in case.steps] == ["", "", "", "✓", "✗"]


def test_spanish_writes_the_decimal_comma(evidence: Evidence) -> None:
    case = cases_of(present(evidence, "es", DIGEST))[0]
    assert case.duration == "3,125 s"
    assert case.measurements[1].value == "119,87"
    assert case.frames[0].time == "1,250"


@pytest.mark.parametrize(
    ("link", "virtual"),
    [
        (LinkRecord("sim", "wrapper", "virtual"), True),
        (LinkRecord("mutant", "hdlc", "virtual"), True),
        (LinkRecord("tcp", "wrapper", "served"), True),
        (LinkRecord("tcp", "wrapper", "wall"), False),
        (LinkRecord("serial", "hdlc", "wall"), False),
    ],
)
def test_a_virtual_device_is_said_to_be_one(evidence: Evidence, link: LinkRecord, virtual: bool) -> None:
    notices = present(dataclasses.replace(evidence, link=link), "en", DIGEST).front.notices
    assert any("is virtual" in notice for notice in notices) is virtual


def test_the_secret_notice_goes_with_the_mark(evidence: Evidence) -> None:
    assert present(evidence, "en", DIGEST).front.secret
    assert not present(dataclasses.replace(evidence, contains_secrets=False), "en", DIGEST).front.secret


def test_interleaved_suites_stay_together(evidence: Evidence) -> None:
    mixed = dataclasses.replace(evidence, cases=tuple(sorted(evidence.cases, key=case_number)))
    view = present(mixed, "en", DIGEST)
    assert [suite.key for suite in view.suites] == list(by_suite(mixed)) == ["sts", "dlms", "closed-loop"]
    assert len({case.frames_filter for case in cases_of(view) if case.frames}) == sum(
        bool(c.frames) for c in mixed.cases
    )


def case_number(case: CaseRecord) -> int:
    return int(case.id.rpartition("-")[2]) if case.id[-1].isdigit() else 0


def test_a_case_stands_for_the_requirements_of_its_clauses(evidence: Evidence) -> None:
    assert set(requirements_by_case(evidence).values()) == {("R5.3-06", "R5.3-07")}


def test_an_empty_interrupted_run_can_be_presented(evidence: Evidence) -> None:
    run = dataclasses.replace(evidence.run, interrupted=True)
    view = present(dataclasses.replace(evidence, cases=(), clauses=(), run=run), "es", DIGEST)
    assert view.front.interrupted
    assert view.suites == view.standards == view.attention == ()
