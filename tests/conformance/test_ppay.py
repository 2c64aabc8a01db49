"""The prepayment cases: the full meter conforms to all of them, each wrong meter fails its own."""

import os

import pytest

from conformance import catalogue, mutants
from conformance.runner import list_cases, run_suites
from conformance.targets import load
from conformance.verdicts import Verdict

FULL = "sim://ppkw-full"
LONG = os.environ.get("AMIBENCH_SLOW") == "1"

#: mutant -> the case that must catch it.
CAUGHT_BY = {
    "activates-price-at-once": "dlms/PPAY_CHG_4/passive",
    "collects-twice": "dlms/PPAY_CHG_2/time",
    "collects-while-off": "dlms/PPAY_CHG_3/supply-off",
    "cuts-in-friendly-hours": "dlms/PPAY_DISC_3/friendly",
    "gateway-always-ok": "dlms/PPAY_TOKEN_N1/format",
    "never-paid-back": "dlms/PPAY_CRED_4/paid-back",
    "recloses-in-mode-4": "dlms/PPAY_DISC_2/mode-4",
}


@pytest.mark.parametrize("url", [FULL, *([f"{FULL}?framing=hdlc"] if LONG else [])])
def test_the_full_meter_conforms_to_every_case(url: str):
    evidence = run_suites(load(url, seed=1), suites=("dlms",), only=("ppay",), seed=1)
    assert len(evidence.cases) == 30
    apart = {case.id: case.verdict for case in evidence.cases if case.verdict is not Verdict.CONFORMS}
    assert apart == {"dlms/PPAY_TOKEN_4/keypad": Verdict.INFORMATIONAL}


@pytest.mark.parametrize(("name", "case_id"), CAUGHT_BY.items())
def test_each_wrong_meter_is_caught_by_the_case_of_its_clause(name: str, case_id: str):
    (case,) = run_suites(load(f"mutant://{name}", seed=1), only=(case_id,), seed=1).cases
    assert case.verdict is Verdict.FAILS
    assert mutants.load(name).clause in case.clauses
    assert case.reason.en.startswith("not met: ")


def test_a_meter_that_declares_to_lack_something_is_not_blamed():
    gates = {case.id: case.gate for case in list_cases(load("sim://ppkw", seed=1), only=("ppay",))}
    assert gates["dlms/PPAY_CRED_4/paid-back"].en == "the device does not declare emergency-credit"
    assert gates["dlms/PPAY_TOKEN_1/credit"] is None


def test_every_clause_says_that_the_number_is_our_own():
    ours = [clause for clause in catalogue.clauses().values() if clause.id.startswith("ppay/")]
    assert len(ours) == 30
    assert {clause.confidence for clause in ours} == {"D"}
