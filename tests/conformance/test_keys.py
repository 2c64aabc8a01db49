"""Leading a device from key to key, and what the suite's own helpers say of tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.bench.bench import Bench
from conformance.bench.mint import (
    KeyRegister,
    default_key,
    other_group,
    other_revision,
    registers_left_behind,
)
from conformance.bench.outcome import CaseFails
from conformance.bench.rig import Rig, open_rig
from conformance.bench.sts_procedures import (
    CRC_C,
    PLAIN_CRC,
    closed_by,
    deserved,
    every_cut,
    expect_key,
    hybrid,
    keeps_tid,
    key_changes,
    of_register,
    read_key_register,
    sections,
)
from conformance.runner import run_suites
from conformance.targets import load
from conformance.verdicts import Verdict
from i18n import Message
from protocols.sts.token import ClearCredit, TransferCredit, TransferCurrencyCredit

DECLARED = KeyRegister.declared(load(None, seed=1).statement.sts)


@pytest.fixture(params=["ppkw", "ppkw07"])
def rig(request) -> Rig:
    return open_rig(load(f"sim://{request.param}", seed=1), "en")


@pytest.fixture
def bench(rig: Rig) -> Bench:
    made = Bench(rig)
    made.begin()
    return made


def test_a_case_that_fails_half_way_leaves_the_declared_key(bench: Bench):
    declared = bench.tokens.mint.register

    def fail_half_way() -> None:
        with key_changes(bench) as changes:
            changes.change(other_revision(declared))
            changes.collect(sections(changes.present, default_key(declared)), ("1stKCT",))
            bench.check(False, Message("x"))

    with pytest.raises(CaseFails, match="x"):
        fail_half_way()
    expect_key(bench, declared, other_revision(declared))
    assert read_key_register(bench) == of_register(declared)


@pytest.mark.parametrize("held", [1, 2, 3])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_partial_set_never_makes_a_whole_one_on_the_way_home(bench: Bench, held: int, backwards: bool):
    declared = bench.tokens.mint.register
    other = other_group(declared)
    found = sections(declared, other)
    names = list(reversed(found)) if backwards else list(found)
    with key_changes(bench) as changes:
        changes.collect(found, names[: min(held, len(names) - 1)])
    expect_key(bench, declared, other)


def test_a_key_of_two_sets_is_known_to_the_bench():
    one, other = other_revision(DECLARED), default_key(DECLARED)
    mixed = hybrid(DECLARED, one, other)
    assert mixed.key().value[:4] == one.key().value[:4]
    assert mixed.key().value[-4:] == other.key().value[-4:]
    assert len({mixed, one, other}) == 3


def test_no_excursion_leads_to_a_group_of_the_test_plan():
    assert {register.sgc for register in registers_left_behind(DECLARED)} == {
        DECLARED.sgc,
        other_group(DECLARED).sgc,
    }
    assert other_group(other_group(DECLARED)).sgc not in (DECLARED.sgc, other_group(DECLARED).sgc)


def test_every_write_is_cut_three_times_and_the_device_lives_on(bench: Bench):
    tokens = bench.tokens
    digits = tokens.credit(1)
    cuts = every_cut(bench, lambda: tokens.must_accept(digits))
    for cut, _ in zip(cuts, range(3), strict=False):
        token = tokens.credit(1)
        cut(token)
        assert tokens.enter(token).names <= {"Accept", "UsedError"}


def test_a_refused_token_that_used_its_tid_up_fails():
    rig = open_rig(load("mutant://consumes-refused-tid", seed=1), "en")
    made = Bench(rig)
    made.begin()
    with pytest.raises(CaseFails, match="accepted"):
        keeps_tid(made, lambda tid: ClearCredit(5, tid, 8), "RangeError")


def test_the_checksum_can_be_any():
    money, energy = TransferCurrencyCredit(4, 9, 100), TransferCredit(0, 5, 9, 10)
    assert deserved(closed_by(energy, PLAIN_CRC, DECLARED), DECLARED) is None
    assert deserved(closed_by(money, CRC_C, DECLARED), DECLARED) is None
    for token, checksum in ((money, PLAIN_CRC), (energy, CRC_C)):
        assert deserved(closed_by(token, checksum, DECLARED), DECLARED) == ("CRCError",)


@given(st.integers(0, 10**20 - 1))
def test_every_entry_has_a_reason_or_is_good(number: int):
    reasons = deserved(f"{number:020d}", DECLARED)
    assert reasons is None or set(reasons) <= {"FormatError", "CRCError"}
    assert (reasons == ("FormatError",)) == (number >= 1 << 66)


@pytest.mark.parametrize("device", ["ppkw-lockout", "ppkw-plc", "ppkw07"])
def test_every_model_of_the_virtual_meter_conforms(device: str):
    only = ("7.3.6", "7.3.7", "7.3.9", "8.2", "8.5", "sts/8.9/supply-group", "sts/8.4/power-cut")
    evidence = run_suites(load(f"sim://{device}", seed=2), suites=("sts",), only=only, seed=2)
    light = (Verdict.CONFORMS, Verdict.INFORMATIONAL, Verdict.NOT_APPLICABLE)
    assert not [case.id for case in evidence.cases if case.verdict not in light]
