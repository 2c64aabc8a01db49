"""The token desk: one place where every token comes in, from keypad, gateway and local carrier alike.

`protocols.sts.acceptance` decides what a token is and keeps the TID store; here stands what an accepted
token *does* in this meter, as a table from the token's type to the function that carries it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.acceptance import (
    ELECTRICITY_FUNCTIONS,
    AuthenticationResult,
    KeyRegister,
    Outcome,
    TokenAcceptance,
    TokenResult,
    ValidationResult,
)
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    SetMaximumPowerLimit,
    Token,
    TransferCredit,
)
from sim.meter.units import WH_PER_CREDIT_UNIT

ELECTRICITY_SUBCLASS = 0

#: Every (class, subclass) that this meter can carry out, key changes included; currency credit, settings of
#: water and tariff, and extended tokens are not among them: FunctionError.
FUNCTIONS: frozenset[tuple[int, int]] = ELECTRICITY_FUNCTIONS

#: Bit of a test token's control field -> the information that it asks to see. Source: IEC 62055-41, 6.3.8.
TEST_INFORMATION: dict[int, str] = {
    0x001: "switch",
    0x002: "display",
    0x004: "total",
    0x008: "key",
    0x010: "ti",
    0x040: "power_limit",
    0x080: "tamper",
    0x100: "power",
    0x200: "version",
}

#: What Test 0 (every control bit set) shows: also what has no bit of its own here, as the bits that the third
#: edition gave to SGC, KEN and EA are not public.
TEST_0_INFORMATION: tuple[str, ...] = (*TEST_INFORMATION.values(), "sgc", "ken", "ea")

#: Answers to a section of a key change that is not complete yet: taken, though not the end of the matter.
SECTION_TAKEN = frozenset(
    {TokenResult.FIRST_KCT, TokenResult.SECOND_KCT, TokenResult.THIRD_KCT, TokenResult.FOURTH_KCT}
)


def taken(outcome: Outcome) -> bool:
    """True for a token that did its work, or for a section that waits for the others."""
    return outcome.accepted or outcome.result in SECTION_TAKEN


@dataclass(frozen=True, slots=True)
class Effects:
    """What tokens can do to a meter."""

    grant: Callable[[int], TokenResult]
    clear_credit: Callable[[int], TokenResult]
    set_power_limit: Callable[[int], TokenResult]
    clear_tamper: Callable[[], TokenResult]


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """One token that came in, and what became of it; it outlives the power.

    Args:
        digits: as they came.
        epoch_us: when, by the meter's clock.
        delivery: which way.
        outcome: the meter's answer, without the token itself.
        granted_wh: energy that it brought; None when it was no accepted credit token.
        information: what an accepted test token asked to see.
    """

    digits: str
    epoch_us: int
    delivery: TokenDeliveryMethod
    outcome: Outcome
    granted_wh: int | None = None
    information: tuple[str, ...] = ()

    def snapshot(self) -> dict[str, Any]:
        """The record as plain data."""
        stages = (self.outcome.authentication, self.outcome.validation, self.outcome.result)
        return {
            "digits": self.digits,
            "epoch_us": self.epoch_us,
            "delivery": int(self.delivery),
            "outcome": [stage and stage.value for stage in stages],
            "granted_wh": self.granted_wh,
            "information": list(self.information),
        }

    @classmethod
    def from_snapshot(cls, kept: Mapping[str, Any]) -> "TokenRecord":
        """Take back what `snapshot` gave."""
        authentication, validation, result = kept["outcome"]
        return cls(
            kept["digits"],
            kept["epoch_us"],
            TokenDeliveryMethod(kept["delivery"]),
            Outcome(
                authentication and AuthenticationResult(authentication),
                validation and ValidationResult(validation),
                result and TokenResult(result),
            ),
            kept["granted_wh"],
            tuple(kept["information"]),
        )


class TokenDesk:
    """Takes tokens in, one after the other, whoever brings them.

    Args:
        acceptance: decodes, checks, remembers TIDs and keys.
        effects: what tokens can do here.
        now_s: device time, for what has a time-out: key change sets and the lock-out.
    """

    __slots__ = ("_acceptance", "_effects", "_last", "_now_s")

    def __init__(
        self, acceptance: TokenAcceptance, effects: Effects, now_s: Callable[[], float] = float
    ) -> None:
        self._acceptance = acceptance
        self._effects = effects
        self._now_s = now_s
        self._last: TokenRecord | None = None

    @property
    def register(self) -> KeyRegister:
        """The decoder key in force and its attributes."""
        return self._acceptance.register

    @property
    def carriers(self) -> tuple[int, ...]:
        """The token carrier types that this meter takes."""
        return tuple(sorted(self._acceptance.rules.carriers))

    @property
    def locked_s(self) -> float:
        """How long no further token is looked at, after too many wrong ones; 0 without a lock-out."""
        lock_out = self._acceptance.lock_out
        return lock_out.remaining_s(self._now_s()) if lock_out else 0.0

    @property
    def last(self) -> TokenRecord | None:
        """The newest token, accepted or not."""
        return self._last

    def enter(self, digits: str, delivery: TokenDeliveryMethod, *, epoch_us: int) -> TokenRecord:
        """Take in one token.

        Args:
            digits: as they came, 20 decimal digits if all is well.
            delivery: which way it came.
            epoch_us: the meter's own time, for the record.
        """
        outcome = self._acceptance.enter(digits, self._carry_out, self._now_s())
        self._last = TokenRecord(
            digits,
            epoch_us,
            delivery,
            replace(outcome, token=None),
            granted_wh(outcome),
            information(outcome),
        )
        return self._last

    def snapshot(self) -> dict[str, Any]:
        """Keys, TIDs, lock-out and the last record. It holds keys: keep it as one keeps a key."""
        lock_out = self._acceptance.lock_out
        return {
            **self._acceptance.snapshot(),
            "lock_out": lock_out and lock_out.snapshot(self._now_s()),
            "last": self._last and self._last.snapshot(),
        }

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._acceptance.restore(kept)
        if self._acceptance.lock_out and kept["lock_out"]:
            self._acceptance.lock_out.restore(kept["lock_out"], self._now_s())
        self._last = kept["last"] and TokenRecord.from_snapshot(kept["last"])

    def _carry_out(self, token: Token) -> TokenResult:
        effect = _EFFECTS.get(type(token))
        return TokenResult.FUNCTION_ERROR if effect is None else effect(self._effects, token)


def granted_wh(outcome: Outcome) -> int | None:
    """Energy that an accepted credit token brought; None for any other."""
    token = outcome.token
    if outcome.accepted and isinstance(token, TransferCredit):
        return token.amount_units * WH_PER_CREDIT_UNIT
    return None


def information(outcome: Outcome) -> tuple[str, ...]:
    """Names of what an accepted test token asked to see."""
    token = outcome.token
    if not outcome.accepted or not isinstance(token, InitiateMeterTest):
        return ()
    if token.control == (1 << token.control_bits) - 1:
        return TEST_0_INFORMATION
    return tuple(name for bit, name in TEST_INFORMATION.items() if token.control & bit)


def _transfer(effects: Effects, token: Any) -> TokenResult:
    if token.token_subclass != ELECTRICITY_SUBCLASS:
        return TokenResult.FUNCTION_ERROR
    return effects.grant(token.amount_units)


def _test(_effects: Effects, token: Any) -> TokenResult:
    known = any(token.control & bit for bit in TEST_INFORMATION)
    return TokenResult.ACCEPT if known else TokenResult.FUNCTION_ERROR


#: Type of an accepted token -> what it does.
_EFFECTS: Mapping[type[Any], Callable[[Effects, Any], TokenResult]] = {
    TransferCredit: _transfer,
    InitiateMeterTest: _test,
    SetMaximumPowerLimit: lambda effects, token: effects.set_power_limit(token.power_w),
    ClearCredit: lambda effects, token: effects.clear_credit(token.register),
    ClearTamperCondition: lambda effects, _token: effects.clear_tamper(),
}
