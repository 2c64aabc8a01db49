"""Our own module conforms, every vendor built wrong is caught, and the evidence says what was tried."""

import json

import pytest

from conformance import catalogue
from conformance.evidence import write_all
from conformance.evidence.model import to_json
from conformance.mutants import vending as mutants
from conformance.runner import list_cases, run_suites
from conformance.targets import load
from conformance.vending import plan
from conformance.vending.adapters import DEFAULT
from conformance.verdicts import Verdict, exit_code

ARTEFACTS = {"evidence.json", "report.html", "report.pdf", "junit.xml", "matrix.xlsx", "frames.pcap"}


def test_our_module_conforms(tried):
    evidence = tried(DEFAULT)
    assert evidence.verdict is Verdict.CONFORMS
    astray = {case.id: case.verdict for case in evidence.cases if case.verdict is not Verdict.CONFORMS}
    assert astray == {"vending/CTSA15/base-date-back": Verdict.INFORMATIONAL}


def test_every_case_of_the_plan_is_there_for_both_algorithms(tried):
    numbers = {f"CTSA{number:02d}" for number in range(1, 25)} - {"CTSA08"}  # not in the list that was read
    ids = {case.id for case in tried(DEFAULT).cases}
    assert {
        clause.number for clause in catalogue.clauses().values() if clause.standard == "STS 531-1"
    } == numbers
    without_tokens = {"CTSA17", "CTSA18"}
    for number in numbers - without_tokens:
        assert {f"vending/{number}/published-ea07", f"vending/{number}/published-ea11"} <= ids


def test_every_published_token_of_the_plan_is_compared(tried):
    """Of the two editions and of class 1, all but what a register of the plan cannot make: there is none."""
    compared = sum(
        int(measured.value)
        for case in tried(DEFAULT).cases
        for measured in case.measurements
        if measured.name == "of them published"
    )
    both = sum(
        len(step.published) for ea in plan.EAS for number in all_numbers() for step in plan.steps(number, ea)
    )
    assert compared == both
    assert compared >= 94 + 90 + 28


def all_numbers() -> list[str]:
    return sorted(
        {clause.number for clause in catalogue.clauses().values() if clause.standard == "STS 531-1"}
    )


@pytest.mark.parametrize("number", ["CTSA16", "CTSA17", "CTSA18", "CTSA10", "CTSA05", "CTSA20"])
def test_cases_with_refusals_have_at_least_two(tried, number: str):
    refusals = [
        step
        for case in tried(DEFAULT).cases
        if f"sts531-1/{number}" in case.clauses
        for step in case.steps
        if step.kind == "check" and step.text.en.startswith("refuses")
    ]
    assert len({step.text.en for step in refusals}) >= 2


@pytest.mark.parametrize("name", mutants.names())
def test_every_mutant_fails_the_case_that_it_breaks(tried, name: str):
    clause = mutants.load(name).clause
    evidence = tried(f"mutant://vending/{name}")
    caught = [case for case in evidence.cases if clause in case.clauses and case.verdict is Verdict.FAILS]
    assert caught
    assert all(case.reason.en.startswith("not met: ") and case.frames for case in caught)
    assert exit_code(case.verdict for case in evidence.cases) == 1
    assert not [case.id for case in evidence.cases if case.verdict is Verdict.INCONCLUSIVE]


def test_mutants_say_what_they_break():
    assert len(mutants.names()) >= 20
    for name in mutants.names():
        mutant = mutants.load(name)
        assert mutant.clause in catalogue.clauses()
        assert all(mutant.description.in_languages("es", "en").values())
    with pytest.raises(LookupError, match="no vendor mutant called `x`"):
        mutants.load("x")


def test_the_same_run_gives_the_same_evidence(tried):
    again = run_suites(load(DEFAULT, seed=1), profile="vending")
    first, second = ({**to_json(evidence), "run": None} for evidence in (tried(DEFAULT), again))
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_six_artefacts_in_both_languages(tried, tmp_path, lang: str):
    written = write_all(tried(DEFAULT), tmp_path, lang)
    assert {path.name for path in written} == ARTEFACTS
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {"es": "Sistema de venta STS", "en": "STS vending system"}[lang] in html
    assert {"es": "corrió en este proceso", "en": "ran in this process"}[lang] in html


def test_frames_are_the_requests_as_they_travel(tried):
    case = next(case for case in tried(DEFAULT).cases if case.id == "vending/CTSA17/check-digit")
    lines = [json.loads(bytes.fromhex(frame.hex)) for frame in case.frames]
    assert {line["operation"] for line in lines if "operation" in line} >= {"mint", "set_clock", "force_rnd"}
    assert any(line.get("error", {}).get("code") == "luhn" for line in lines)


def test_a_meter_and_a_vendor_are_tried_by_their_own_suites_only():
    meter = list_cases(load(None, seed=1), suites=("vending",))
    assert {case.gate.en for case in meter} == {"the target is a meter"}
    vendor = list_cases(load(DEFAULT, seed=1), suites=("sts", "dlms", "closed-loop"))
    assert {case.gate.en for case in vendor} == {"the target is a vending system"}
