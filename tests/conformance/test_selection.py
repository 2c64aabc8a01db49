"""Which cases are meant, and which apply."""

import dataclasses

import pytest

from conformance.bench.case import CaseInfo
from conformance.bench.case_selection import CAPABILITIES, STATION_WORDS, chosen, gate, known, means
from conformance.bench.outcome import BenchError
from conformance.targets import load
from conformance.targets.model import CapabilitySection, StationSection
from conformance.verdicts import Verdict
from i18n import Message

WORDS = Message("b")


def info(case_id: str, *clauses: str) -> CaseInfo:
    return CaseInfo(case_id, case_id.partition("/")[0], WORDS, WORDS, WORDS, clauses, ())


REPLAY = info("sts/7.3.7/replay", "iec62055-41/7.3.7")
GATEWAY = info("sts/8.2/gateway", "iec62055-41/8.2", "dlms-bb/class-115")
RELEASE = info("dlms/APPL_REL_P1/get", "dlms-yb/APPL_REL_P1")
EVERY = (REPLAY, GATEWAY, RELEASE)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sts", {REPLAY, GATEWAY}),
        ("iec62055-41", {REPLAY, GATEWAY}),
        ("iec62055-41/7.3", {REPLAY}),
        ("7.3.7", {REPLAY}),
        ("7", {REPLAY}),
        ("class-115", {GATEWAY}),
        ("dlms", {RELEASE}),
        ("APPL", set()),
        ("7.3.7/replay", set()),
        ("", set()),
    ],
)
def test_a_word_means_whole_parts(word: str, meant: set[CaseInfo]):
    assert {case for case in EVERY if means(word, case)} == meant


def test_the_order_of_the_cases_is_kept_and_suites_narrow_it():
    assert chosen(EVERY, ("sts", "dlms"), ("dlms", "7.3.7")) == [REPLAY, RELEASE]
    assert chosen(EVERY, ("dlms",), ()) == [RELEASE]
    with pytest.raises(BenchError, match=r"nothing matches `8\.2`"):
        chosen(EVERY, ("dlms",), ("8.2",))


def stated(**changes: object):
    target = load(None, seed=1)
    return dataclasses.replace(target, statement=target.statement.model_copy(update=changes))


def test_the_full_target_has_everything_that_it_declares():
    needs = [
        *STATION_WORDS,
        *stated().statement.capabilities.present,
        "association:reader",
        "framing:wrapper",
        "token-entry",
        "fast-clock",
    ]
    assert gate(needs, stated()) is None
    assert all(map(known, [*needs, *CAPABILITIES]))
    assert not known("teapot")


@pytest.mark.parametrize(
    ("need", "changes", "reason"),
    [
        ("load", {"stations": {}}, "no load station"),
        ("association:reader", {"associations": {}}, "no reader association declared"),
        ("framing:hdlc", {}, "the link is not hdlc"),
        ("sts", {"sts": None}, "the target has no [sts] section"),
        ("disconnect", {"capabilities": CapabilitySection()}, "the device does not declare disconnect"),
        (
            "fast-clock",
            {"stations": {"clock": StationSection(driver="operator")}},
            "no clock that can be sped up",
        ),
        ("fast-clock", {"stations": {}}, "no clock that can be sped up"),
        ("token-entry", {"stations": {}, "associations": {}}, "neither keypad, carrier nor token gateway"),
    ],
)
def test_what_is_missing_is_named(need: str, changes: dict, reason: str):
    shut = gate([need], stated(**changes))
    assert shut is not None
    assert (shut[0], shut[1].en) == (Verdict.NOT_APPLICABLE, reason)


def test_either_way_in_is_enough_for_a_token():
    assert gate(["token-entry"], stated(stations={})) is None
    assert gate(["token-entry"], stated(associations={})) is None


def test_declared_absence_counts_before_what_is_missing():
    absent = CapabilitySection(absent=("account",))
    shut = gate(["load", "account"], stated(stations={}, capabilities=absent))
    assert shut is not None
    assert shut[0] is Verdict.NOT_IMPLEMENTED
