"""What the desk makes of vendors that refuse everything, refuse for the wrong reason, or answer nonsense."""

from typing import Any

import pytest

from conformance.evidence.model import Evidence
from conformance.runner import run_suites
from conformance.targets import load
from conformance.vending import adapters, plan
from conformance.vending.module_vendor import KINDS
from conformance.vending.own_module import OwnModule
from conformance.vending.plan import REGISTERS, card, decoder_key, new_key
from conformance.vending.vending_system import REFUSALS, VendingUnreachable
from conformance.verdicts import Verdict
from protocols.sts.token import decode_token
from system.security_module.errors import RequestRefused
from system.security_module.refusals import REASONS

HOOKS = ("set_clock", "force_rnd", "reset_tids")


class RefusesAll(OwnModule):
    code = "limit-exceeded"

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        if operation not in HOOKS:
            raise RequestRefused(self.code, None, "no", "no")
        return super().carry(operation, args)


class RefusesForAnotherReason(OwnModule):
    """Right in what it refuses, wrong in why."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().carry(operation, args)
        except RequestRefused:
            raise RequestRefused("card-expired", None, "venció", "expired") from None


class ShortTokens(OwnModule):
    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        result = super().carry(operation, args)
        for token in result.get("tokens", ()):
            token["digits"] = token["digits"][:19]
        return result


class Nonsense(OwnModule):
    """Twenty digits that mean nothing; some are no 66 bits."""

    digits = "11112222333344445555"

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        if operation in HOOKS:
            return super().carry(operation, args)
        return {"tokens": [{"digits": self.digits}]}


class TooLarge(Nonsense):
    digits = "9" * 20


class NoDigits(Nonsense):
    digits = "²" * 20


class GoesAway(OwnModule):
    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        if operation in HOOKS:
            return super().carry(operation, args)
        raise VendingUnreachable("nobody answers any more")


class SaysNoMore(OwnModule):
    """Refuses rightly and does not say why."""

    def carry(self, operation: str, args: dict[str, Any]) -> dict[str, Any]:
        try:
            return super().carry(operation, args)
        except RequestRefused:
            raise RequestRefused("a code of its own", None, "no", "no") from None


@pytest.fixture
def tried_with(monkeypatch: pytest.MonkeyPatch):
    """The evidence of some cases on a vendor made on the spot."""

    def tried_with(vendor: type[OwnModule], *only: str) -> Evidence:
        monkeypatch.setitem(adapters.IN_PROCESS, "made-here", vendor)
        return run_suites(load("vendor://made-here", seed=1), profile="vending", only=only)

    return tried_with


def verdicts(evidence: Evidence) -> set[Verdict]:
    return {case.verdict for case in evidence.cases}


def test_a_vendor_that_refuses_everything_passes_nothing(tried_with):
    evidence = tried_with(RefusesAll)
    passed = [case.id for case in evidence.cases if case.verdict is not Verdict.FAILS]
    assert passed == []


def test_a_refusal_for_another_reason_shows_nothing(tried_with):
    evidence = tried_with(RefusesForAnotherReason, "CTSA17", "CTSA16")
    told = {case.id: (case.verdict, case.reason.en) for case in evidence.cases}
    verdict, reason = told["vending/CTSA17/check-digit"]
    assert verdict is Verdict.INCONCLUSIVE
    assert reason == "it refuses, but not because of the check digit: expired"
    assert told["vending/CTSA16/expired"][0] is Verdict.INCONCLUSIVE
    assert told["vending/CTSA16/published-ea07"][0] is Verdict.CONFORMS


def test_a_refusal_without_a_reason_is_believed(tried_with):
    assert verdicts(tried_with(SaysNoMore)) == {Verdict.CONFORMS, Verdict.INFORMATIONAL}


def test_tokens_must_have_20_digits(tried_with):
    evidence = tried_with(ShortTokens, "CTSA01")
    assert verdicts(evidence) == {Verdict.FAILS}
    assert "it serves with tokens of 20 digits" in evidence.cases[0].reason.en


@pytest.mark.parametrize("vendor", [Nonsense, TooLarge, NoDigits])
def test_nonsense_fails_and_never_confuses_the_bench(tried_with, vendor: type[OwnModule]):
    # What is only noted reads no token.
    assert verdicts(tried_with(vendor)) - {Verdict.INFORMATIONAL} == {Verdict.FAILS}


def test_a_vendor_that_goes_away_is_inconclusive(tried_with):
    evidence = tried_with(GoesAway, "CTSA01", "CTSA17")
    assert verdicts(evidence) == {Verdict.INCONCLUSIVE}
    assert "nobody answers any more" in evidence.cases[0].reason.en


def test_kinds_of_refusals_are_known_on_both_sides():
    assert set(KINDS) <= set(REASONS)
    assert set(KINDS.values()) <= set(REFUSALS)


@pytest.mark.parametrize("ea", plan.EAS)
def test_every_step_of_the_plan_reads_with_its_key(ea: str):
    """Each expected token belongs to the meter and, where it changes the key, to the old one."""
    numbers = {step.number for step in plan._plan()}
    for step in (step for number in sorted(numbers) for step in plan.steps(number, ea)):
        if step.ea == plan.CLASS_1:
            assert all(decode_token(digits).crc_ok for digits in step.tokens)
            continue
        assert (step.card.sgc, step.card.krn) in REGISTERS
        key = decoder_key(step.card, step.card)
        assert all(decode_token(digits, key).crc_ok for digits in step.tokens), step.id
        assert set(step.published) <= set(step.tokens)


def test_steps_come_in_the_order_of_the_plan():
    numbers = [int(step.id.rpartition("step")[2]) for step in plan.steps("CTSA10", "11")]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], len(numbers)) == (1, 30)


def test_cards_and_keys_of_the_registers():
    meter = card(4, "07", ken=170, doe="2406")
    assert (meter.sgc, meter.krn, meter.ken, meter.doe) == ("201457", 4, 170, "2406")
    assert decoder_key(new_key(2), meter) != decoder_key(meter, meter)
