import dataclasses
import xml.etree.ElementTree as ET

import pytest

from conformance.evidence.junit import render_junit
from conformance.evidence.model import CaseRecord, Evidence
from conformance.verdicts import JUNIT_OUTCOME, Verdict
from i18n import Verbatim


@pytest.fixture
def root(evidence: Evidence) -> ET.Element:
    return ET.fromstring(render_junit(evidence, "es"))


def test_one_suite_per_suite_with_its_totals(root: ET.Element) -> None:
    assert [suite.get("name") for suite in root] == ["sts", "dlms", "closed-loop"]
    assert [suite.get("tests") for suite in root] == ["8", "7", "7"]
    totals = {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert totals == {"tests": "22", "failures": "3", "errors": "3", "skipped": "6"}


def test_each_verdict_is_told_as_junit_knows_it(root: ET.Element) -> None:
    for case in root.iter("testcase"):
        verdict = Verdict(properties(case, "verdict")[0])
        children = {child.tag for child in case} - {"properties"}
        expected = JUNIT_OUTCOME[verdict]
        assert children == (set() if expected == "passed" else {expected})


def test_skipped_cases_say_why(root: ET.Element) -> None:
    messages = {element.get("message") for element in root.iter("skipped")}
    assert messages == {"El banco no tiene imán.", "El dispositivo declara que no implementa EA 07."}


def test_a_failure_names_the_check_that_failed(root: ET.Element) -> None:
    failure = next(root.iter("failure"))
    assert "✗ El token repetido se rechaza" in str(failure.text)
    assert str(failure.get("message")).startswith("El token repetido fue aceptado")


def test_clauses_and_requirements_are_properties(root: ET.Element) -> None:
    case = next(root.iter("testcase"))
    assert properties(case, "clause") == ["iec62055-41/7.3.7", "unknown/0"]
    assert properties(case, "requirement") == ["R5.3-06", "R5.3-07"]


def test_times_are_the_wall_clock_and_device_time_is_a_property(evidence: Evidence, root: ET.Element) -> None:
    """A month of device time takes a simulated device a second: CI has to see the second."""
    assert {case.get("time") for case in root.iter("testcase")} == {"0.250"}
    assert root.get("time") == "5.500"
    shown = [properties(case, "device_time_s") for case in root.iter("testcase")]
    assert shown == [[f"{case.duration_s:.6f}"] for case in sorted(evidence.cases, key=_suite_order)]


def _suite_order(case: CaseRecord) -> int:
    return ("sts", "dlms", "closed-loop").index(case.suite)


def test_characters_that_xml_forbids_are_replaced(evidence: Evidence) -> None:
    case = dataclasses.replace(evidence.cases[5], reason=Verbatim("", es="a\x00b\x1bc\ud800\ufffe"))
    raw = render_junit(dataclasses.replace(evidence, cases=(case,)), "es")
    assert next(ET.fromstring(raw).iter("failure")).get("message") == "a�b�c��"


def properties(case: ET.Element, name: str) -> list[str]:
    return [str(item.get("value")) for item in case.iter("property") if item.get("name") == name]
