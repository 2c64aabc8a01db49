"""Running one scenario: enter each token, compare the answer and what the step says of the meter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.sts.acceptance.register import KeyRegister
from protocols.sts.acceptance.results import Outcome
from protocols.sts.errors import StsValueError
from protocols.sts.scenarios.described import DescribedMeter, describe_meter
from protocols.sts.scenarios.expectation import allowed_results
from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.currency_credit import TransferCurrencyCredit
from protocols.sts.vectors import inputs as read

ATTRIBUTES: dict[str, tuple[Callable[[Mapping[str, Any]], Any], Callable[[KeyRegister], Any]]] = {
    "new_decoder_key": (
        lambda step: str(step["new_decoder_key"]).strip().lower(),
        lambda register: register.decoder_key.value.hex(),
    ),
    "new_ti": (lambda step: read.whole_number(step, "new_ti"), lambda register: register.ti),
    "new_krn": (lambda step: read.whole_number(step, "new_krn"), lambda register: register.krn),
    "new_ken": (lambda step: read.whole_number(step, "new_ken"), lambda register: register.ken),
    "new_sgc": (lambda step: read.digits(step, "new_sgc", 6), lambda register: register.sgc),
    "new_kt": (
        lambda step: read.key_type({"key_type": step["new_kt"]}),
        lambda register: register.key_type,
    ),
    "new_base_date": (
        lambda step: read.base_date({"base_date": step["new_base_date"]}),
        lambda register: register.base_date,
    ),
}
"""What a step may say of the key register afterwards: how it is read, and what it is compared with."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """One token and what became of it.

    Attributes:
        token: the digits, as the file has them.
        outcome: the meter's answer.
        credit_added_units: what the register gained; 0 for a refusal.
        expect: what the step says, as the file has it.
        allowed: the results that it allows; several where it leaves a choice.
        disagreements: what differs, by the names that the step uses; empty when all agrees.
    """

    token: str
    outcome: Outcome
    credit_added_units: int
    expect: str
    allowed: tuple[str, ...]
    disagreements: tuple[str, ...]

    @property
    def result(self) -> str:
        """The bare standard name."""
        return self.outcome.name

    @property
    def chosen(self) -> bool:
        """True when the step left a choice, which this meter made."""
        return len(self.allowed) > 1


@dataclass(frozen=True, slots=True)
class ScenarioOutcome:
    """A scenario and its steps, in order."""

    scenario_id: str
    steps: tuple[StepOutcome, ...]

    @property
    def agrees(self) -> bool:
        """True when no step differs."""
        return not any(step.disagreements for step in self.steps)


def run_scenario(scenario: Mapping[str, Any]) -> ScenarioOutcome:
    """Run the steps of a scenario on the meter that it describes.

    Device time stands still unless a step says `wait_s`, seconds before its token.

    Raises:
        StsValueError: the meter or a step is malformed; one sentence.
    """
    described, steps = scenario.get("meter"), scenario.get("steps")
    if not isinstance(described, Mapping) or not isinstance(steps, list):
        raise StsValueError("a scenario needs an object called meter and a list called steps")
    meter, now_s, done = describe_meter(described), 0.0, []
    for place, step in enumerate(steps, start=1):
        if not isinstance(step, Mapping) or not isinstance(step.get("token"), str):
            raise StsValueError(f"step {place} needs a token as text")
        wait_s = step.get("wait_s", 0)
        if isinstance(wait_s, bool) or not isinstance(wait_s, int | float) or not 0 <= wait_s < 1e9:
            raise StsValueError(f"step {place} has a wait_s that is no time in seconds")
        now_s += wait_s
        done.append(_take(meter, step, now_s))
    return ScenarioOutcome(str(scenario.get("id", "")), tuple(done))


def _take(meter: DescribedMeter, step: Mapping[str, Any], now_s: float) -> StepOutcome:
    before = meter.credit.units
    outcome = meter.acceptance.enter("".join(step["token"].split()), meter.credit.apply, now_s)
    # A token that clears credit adds nothing: what a step states is credit given.
    gives = isinstance(outcome.token, TransferCredit | TransferCurrencyCredit)
    added = meter.credit.units - before if gives else 0
    expect = str(step.get("expect") or "")
    allowed = allowed_results(expect)
    differs = _answer_differs(step, outcome, allowed, added) + _register_differs(meter, step, outcome)
    return StepOutcome(step["token"], outcome, added, expect, allowed, tuple(differs))


def _answer_differs(
    step: Mapping[str, Any], outcome: Outcome, allowed: tuple[str, ...], added: int
) -> list[str]:
    found = [] if outcome.name in allowed or not allowed else ["expect"]
    # Where the answer is a choice, the credit that goes with it belongs to the first of the answers.
    first_choice = not allowed or outcome.name == allowed[0]
    stated = None if step.get("credit_added_units") is None else read.whole_number(step, "credit_added_units")
    if first_choice and stated not in (None, added):
        found.append("credit_added_units")
    return found


def _register_differs(meter: DescribedMeter, step: Mapping[str, Any], outcome: Outcome) -> list[str]:
    if not outcome.accepted:
        return []
    register = meter.acceptance.register
    said = {name: how for name, how in ATTRIBUTES.items() if step.get(name) is not None}
    return [name for name, (stated, present) in said.items() if stated(step) != present(register)]
