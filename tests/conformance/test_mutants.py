from functools import cache

import pytest

from conformance import catalogue, mutants
from conformance.evidence.model import CaseRecord
from conformance.runner import run_suites
from conformance.targets import load
from conformance.verdicts import Verdict

#: wrong decoder -> a case that must catch it.
CAUGHT_BY = {
    "accepts-used-token": "sts/7.3.7/replay",
    "clears-store-at-every-key-change": "sts/8.9/same-base-date",
    "commits-partial-set": "sts/8.9/supply-group",
    "consumes-refused-tid": "sts/7.3.8/range-and-format",
    "credits-twice-after-cut": "sts/8.4/power-cut",
    "credits-water": "sts/7.3.8/function",
    "energy-times-ten": "closed-loop/accuracy/load-points",
    "expires-keys-too-early": "sts/7.3.7/key-expiry",
    "forgets-without-power": "sts/8.4/power-cut",
    "ignores-checksum": "sts/7.3.6/random",
    "ignores-key-expiry": "sts/7.3.7/key-expiry",
    "ignores-key-types": "sts/8.9/key-types",
    "ignores-rollover": "sts/8.9/rollover",
    "joins-key-sections-of-two-sets": "sts/8.9/two-sets",
    "loses-token-after-cut": "sts/8.4/power-cut",
    "never-clears-credit": "sts/8.7/clear",
    "never-clears-tamper": "sts/8.11/re-arms",
    "never-forgets-partial-set": "sts/8.9/time-out",
    "never-limits-power": "sts/8.6/trip-and-recover",
    "never-opens-relay": "closed-loop/class-70/remote",
    "overflow-wraps": "sts/7.3.8/overflow",
    "plain-crc-on-currency": "sts/7.3.6/currency-checksum",
    "remembers-one-token": "sts/7.3.7/out-of-order",
    "rounds-amount-down": "sts/8.4/amounts",
    "skips-validation": "sts/7.3.7/same-tid-other-amount",
    "takes-credit-under-default-key": "sts/7.3.7/default-key",
    "takes-old-tokens": "sts/7.3.7/old",
    "takes-other-makers": "sts/7.3.6/manufacturer-code",
    "two-tid-stores": "sts/7.3.7/one-store-for-both-ways",
    "unlocks-too-early": "sts/8.2/lock-out",
}

#: wrong server: application layer, object model, wrapper -> a case that must catch it.
SERVERS = {
    "accepts-any-password": "dlms/APPL_OPEN_7/wrong-password",
    "accepts-dlms-version-5": "dlms/APPL_OPEN_12/version-5",
    "accepts-empty-conformance": "dlms/APPL_OPEN_13/empty",
    "accepts-password-without-mechanism": "dlms/APPL_OPEN_7/fields",
    "accepts-shorter-password": "dlms/APPL_OPEN_7/wrong-password",
    "accepts-unknown-context": "dlms/APPL_OPEN_5/unknown-context",
    "answers-dlms-version-5": "dlms/APPL_OPEN_1/public",
    "answers-null-for-unknown-objects": "dlms/APPL_DATA_LN_N1/undefined-object",
    "answers-other-invoke-id": "dlms/EXTRA_ANSWERS/invoke-id",
    "answers-unconfirmed-requests": "dlms/EXTRA_ANSWERS/unconfirmed",
    "bears-other-logical-name": "dlms/7.3/readable",
    "clock-gains-ten-seconds-a-day": "dlms/F7-06/drift",
    "clock-without-deviation": "dlms/class-8/clock",
    "counts-one-entry-too-many": "dlms/7.3.4/range",
    "demand-without-period": "dlms/7.3.3/extended-and-demand",
    "denies-association": "dlms/OBJECTS_ASSOCIATION/truth",
    "dies-of-long-request": "dlms/EXTRA_ANSWERS/too-long",
    "dies-of-malformed-request": "dlms/APPL_DATA_LN_N1/missing-elements",
    "dies-of-short-name-services": "dlms/APPL_DATA_LN_N4/sn-read",
    "drops-association-with-dedicated-key": "dlms/APPL_OPEN_9/dedicated-key",
    "energy-falls": "dlms/class-3/energy",
    "entries-ignore-columns": "dlms/7.3.4/entry",
    "future-range-gives-last-row": "dlms/7.3.4/range",
    "grants-more-than-proposed": "dlms/APPL_OPEN_1/public",
    "hides-sap-list": "dlms/7.3.12/mandatory",
    "ignores-acse-version": "dlms/APPL_OPEN_4/no-common-version",
    "ignores-block-number": "dlms/APPL_DATA_LN_N1/wrong-block",
    "ignores-client-pdu-size": "dlms/APPL_OPEN_14/pdu-small",
    "ignores-deviation-of-time": "dlms/EXTRA_CLOCK/set",
    "ignores-method-rights": "dlms/class-15/public-rights",
    "ignores-read-rights": "dlms/7.3/not-readable",
    "ignores-write-rights": "dlms/7.3/not-writable",
    "lists-object-twice": "dlms/7.3/names",
    "lists-unreadable-attribute": "dlms/7.3.1/data",
    "mixes-threshold-types": "dlms/7.3.7/monitors",
    "nameless-maker": "dlms/7.3.13/reported",
    "names-another-client": "dlms/7.3.6/associations",
    "overstates-available-credit": "dlms/class-111/account",
    "pushes-in-other-order": "dlms/7.3.8/unprotected",
    "range-off-by-one": "dlms/7.3.4/range",
    "refuses-every-user": "dlms/APPL_OPEN_2/user",
    "refuses-list-for-one-error": "dlms/EXTRA_ANSWERS/list-with-error",
    "refuses-quality-of-service": "dlms/APPL_OPEN_11/quality-of-service",
    "refuses-unused-fields": "dlms/APPL_OPEN_6/dummies",
    "repeats-last-block": "dlms/APPL_OPEN_14/pdu-small",
    "repeats-last-row-beyond-end": "dlms/EXTRA_PROFILE/borders",
    "repeats-sap": "dlms/OBJECTS_LDN/sap-list",
    "repeats-script-identifier": "dlms/7.3.5/scripts",
    "rows-lack-a-column": "dlms/7.3.4/entry",
    "says-wrong-period": "dlms/class-7/load-profile",
    "says-wrong-scaler": "dlms/7.3.2/scale",
    "says-wrong-unit": "dlms/7.3.2/registers",
    "season-without-week": "dlms/7.3.10/structures",
    "serves-after-rejection": "dlms/APPL_OPEN_7/wrong-password",
    "serves-what-was-not-agreed": "dlms/EXTRA_SERVICES/left-out",
    "serves-without-association": "dlms/APPL_IDLE_N1/get",
    "shares-association-between-clients": "dlms/APPL_IDLE_N1/other-client",
    "shifts-clock-backwards": "dlms/EXTRA_CLOCK/shift",
    "short-system-title": "dlms/7.3.9/security-setups",
    "shows-secret": "dlms/7.3/not-readable",
    "skips-block-of-long-read": "dlms/APPL_OPEN_14/pdu-small",
    "stays-associated-after-release": "dlms/APPL_REL_P1/get-after-release",
    "stays-associated-without-link": "dlms/APPL_REL_P1/disconnect",
    "swaps-list-results": "dlms/7.3.11/values",
    "takes-image-of-any-size": "dlms/EXTRA_IMAGE/refusals",
    "wrapper-answers-strangers": "dlms/WRAPPER_PORT/unknown-server",
    "wrapper-ignores-length": "dlms/WRAPPER_LENGTH/more-and-none",
    "wrapper-ignores-version": "dlms/WRAPPER_VERSION/unknown",
    "writes-read-only-attributes": "dlms/APPL_DATA_LN_N3/read-only",
}

#: Those of the decoders that are wrong in another place.
OTHERS = {"energy-times-ten", "never-opens-relay"}

#: What the published cases are about: how the numbers of their clauses begin.
PARTS = ("HDLC", "WRAPPER", "APPL_IDLE", "APPL_OPEN", "APPL_DATA", "APPL_REL", "7.3", "SYMSEC", "EXTRA")


def judged(url: str, case_id: str) -> CaseRecord:
    suite = case_id.partition("/")[0]
    (case,) = run_suites(load(url, seed=1), suites=(suite,), only=(case_id,), seed=1).cases
    return case


def right_url(name: str) -> str:
    """The right meter that the mutant `name` was made from."""
    mutant = mutants.load(name)
    return f"sim://{mutant.profile}?framing={mutant.framing}"


@cache
def right(url: str) -> dict[str, Verdict]:
    """What the right meter gets in every case that catches a mutant of it."""
    only = [case_id for name, case_id in {**CAUGHT_BY, **SERVERS}.items() if right_url(name) == url]
    return {case.id: case.verdict for case in run_suites(load(url, seed=1), only=only, seed=1).cases}


@pytest.mark.parametrize(("name", "case_id"), [*CAUGHT_BY.items(), *SERVERS.items()])
def test_every_mutant_fails_the_clause_that_it_breaks_and_the_right_meter_conforms(name: str, case_id: str):
    mutant = mutants.load(name)
    caught = judged(f"mutant://{name}", case_id)
    assert caught.verdict is Verdict.FAILS
    assert mutant.clause in caught.clauses
    assert caught.reason.en.startswith("not met: ")
    assert caught.frames
    assert any(step.passed is False for step in caught.steps)
    assert right(right_url(name))[case_id] is Verdict.CONFORMS


@pytest.mark.parametrize("name", [name for name in mutants.names() if name not in {**CAUGHT_BY, **SERVERS}])
def test_every_other_mutant_fails_the_clause_that_it_breaks(name: str):
    clause = mutants.load(name).clause
    evidence = run_suites(load(f"mutant://{name}", seed=1), only=(clause,), seed=1)
    caught = [case for case in evidence.cases if clause in case.clauses and case.verdict is Verdict.FAILS]
    assert caught
    assert all(case.reason.en.startswith("not met: ") for case in caught)


def test_every_part_of_a_server_is_wrong_in_some_mutant():
    broken = {mutants.load(name).clause for name in mutants.names()}
    kinds = {kind: [clause for clause in broken if clause.startswith(f"dlms-yb/{kind}")] for kind in PARTS}
    assert {kind for kind, clauses in kinds.items() if not clauses} == set()
    assert len(SERVERS) >= 25


def test_there_are_twenty_wrong_decoders_at_least():
    assert set(CAUGHT_BY) <= set(mutants.names())
    assert len(set(CAUGHT_BY) - OTHERS) >= 20
    assert all(case.startswith("sts/") for name, case in CAUGHT_BY.items() if name not in OTHERS)


@pytest.mark.parametrize("name", ["ignores-checksum", "joins-key-sections-of-two-sets", "skips-validation"])
def test_what_a_mutant_does_wrong_leaves_the_cases_after_it_able_to_tell(name: str):
    evidence = run_suites(load(f"mutant://{name}", seed=1), suites=("sts",), only=("8.9",), seed=1)
    assert Verdict.INCONCLUSIVE not in {case.verdict for case in evidence.cases}
    assert Verdict.CONFORMS in {case.verdict for case in evidence.cases}


def test_a_mutant_says_what_it_breaks():
    for name in mutants.names():
        mutant = mutants.load(name)
        assert mutant.clause in catalogue.clauses()
        assert mutant.description.en


def test_underscores_are_hyphens_and_strangers_are_unknown():
    assert mutants.load("never_opens_relay").name == "never-opens-relay"
    with pytest.raises(LookupError, match="no mutant called `x`"):
        mutants.load("x")
