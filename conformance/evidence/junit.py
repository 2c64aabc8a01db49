"""``junit.xml``: the run as continuous integration reads it, with a property per clause and requirement."""

import xml.etree.ElementTree as ET  # only writes: nothing foreign is parsed
from collections.abc import Mapping

from conformance.evidence.formatting import clean
from conformance.evidence.model import CaseRecord, Evidence, by_suite, requirements_by_case
from conformance.verdicts import JUNIT_OUTCOME, VERDICT_TEXT

#: outcome -> the element that says it; a pass is the absence of one.
_ELEMENTS = {"failure": "failure", "error": "error", "skipped": "skipped"}
_TOTALS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render_junit(evidence: Evidence, lang: str) -> bytes:
    """`evidence` as JUnit XML; times are seconds of the wall clock, device time is a property."""
    requirements, wall_s = requirements_by_case(evidence), evidence.run.case_wall_s
    root = ET.Element("testsuites", {"name": "amibench", **_totals(evidence.cases, wall_s)})
    for suite, members in by_suite(evidence).items():
        cases = tuple(case for _, case in members)
        named = {
            "name": clean(suite),
            "timestamp": clean(evidence.run.started_at),
            "hostname": clean(evidence.run.host),
        }
        element = ET.SubElement(root, "testsuite", {**named, **_totals(cases, wall_s)})
        for case in cases:
            _add_case(element, case, wall_s.get(case.id, 0.0), requirements[case.id], lang)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _totals(cases: tuple[CaseRecord, ...], wall_s: Mapping[str, float]) -> dict[str, str]:
    outcomes = [JUNIT_OUTCOME[case.verdict] for case in cases]
    return {
        "tests": str(len(cases)),
        **{name: str(outcomes.count(outcome)) for name, outcome in _TOTALS.items()},
        "time": f"{sum(wall_s.get(case.id, 0.0) for case in cases):.3f}",
    }


def _add_case(
    suite: ET.Element, case: CaseRecord, wall_s: float, requirements: tuple[str, ...], lang: str
) -> None:
    element = ET.SubElement(
        suite,
        "testcase",
        classname=clean(case.suite),
        name=clean(case.id),
        time=f"{wall_s:.3f}",
    )
    properties = ET.SubElement(element, "properties")
    named = [
        ("verdict", case.verdict.value),
        ("title", case.title.spoken(lang)),
        ("device_time_s", f"{case.duration_s:.6f}"),
        *(("clause", clause) for clause in case.clauses),
        *(("requirement", requirement) for requirement in requirements),
    ]
    for name, value in named:
        ET.SubElement(properties, "property", name=name, value=clean(value))
    _add_outcome(element, case, lang)


def _add_outcome(element: ET.Element, case: CaseRecord, lang: str) -> None:
    outcome = JUNIT_OUTCOME[case.verdict]
    if outcome not in _ELEMENTS:
        return
    message = case.reason.spoken(lang) or VERDICT_TEXT[case.verdict].spoken(lang)
    said = ET.SubElement(element, _ELEMENTS[outcome], message=clean(message))
    if outcome == "skipped":
        return
    said.set("type", case.verdict.value)
    failed = [step.text.spoken(lang) for step in case.steps if step.passed is False]
    lines = [case.stimulus.spoken(lang), case.requirement.spoken(lang), *(f"✗ {text}" for text in failed)]
    said.text = clean("\n".join(lines))
