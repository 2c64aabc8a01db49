"""Tokens: one place where every token comes in, from keypad, gateway and local carrier alike.

`protocols.sts.acceptance` decides what a token is and keeps the TID store; here stands what an accepted
token *does* in this meter, as a table from the token's type to the function that carries it out; the events
that come of it; and the number of its result, where a number must do (gateway status, unit link).

The frames of IEC 62055-52 are not public, so the virtual carrier has none: it takes the 66 bits of a token,
or its 20 digits, and gives back what the three stages of the acceptance said.

Sources: IEC 62055-52 (token carrier type 07), by its existence only; numbers of results: Conlog BEC62,
public manual [1]; 17 and 18 are ours, as that register is older than the third edition
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.field.events import EventCode
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
from protocols.sts.token.carrier import TOKEN_MAX, to_digits
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
class TokenEffects:
    """Effects of tokens on a meter."""

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


class TokenProcessor:
    """Token processor: takes tokens in, one after the other, from every carrier.

    Args:
        acceptance: decodes, checks, remembers TIDs and keys.
        effects: what tokens can do here.
        now_s: device time, for what has a time-out: key change sets and the lock-out.
    """

    __slots__ = ("_acceptance", "_effects", "_last", "_now_s")

    def __init__(
        self, acceptance: TokenAcceptance, effects: TokenEffects, now_s: Callable[[], float] = float
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
        """Rest of the lock-out after too many wrong tokens, s; 0 without one."""
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


def _transfer(effects: TokenEffects, token: Any) -> TokenResult:
    if token.token_subclass != ELECTRICITY_SUBCLASS:
        return TokenResult.FUNCTION_ERROR
    return effects.grant(token.amount_units)


def _test(_effects: TokenEffects, token: Any) -> TokenResult:
    known = any(token.control & bit for bit in TEST_INFORMATION)
    return TokenResult.ACCEPT if known else TokenResult.FUNCTION_ERROR


#: Type of an accepted token -> what it does.
_EFFECTS: Mapping[type[Any], Callable[[TokenEffects, Any], TokenResult]] = {
    TransferCredit: _transfer,
    InitiateMeterTest: _test,
    SetMaximumPowerLimit: lambda effects, token: effects.set_power_limit(token.power_w),
    ClearCredit: lambda effects, token: effects.clear_credit(token.register),
    ClearTamperCondition: lambda effects, _token: effects.clear_tamper(),
}


# ------------------------------------------------------------ events of a token


def token_events(record: TokenRecord, *, key_changed: bool, locks: bool) -> tuple[EventCode, ...]:
    """The events that come of one token.

    Args:
        record: the token and its result.
        key_changed: it completed a key change.
        locks: it was one wrong entry too many.
    """
    events = {
        EventCode.TOKEN_ACCEPTED: taken(record.outcome),
        EventCode.TOKEN_REFUSED: not taken(record.outcome),
        EventCode.KEY_CHANGED: key_changed,
        EventCode.LOCKED_OUT: locks,
    }
    return tuple(code for code, holds in events.items() if holds)


# ------------------------------------------------------------ local virtual carrier

#: Takes digits in and answers with what became of them.
EnterToken = Callable[[str, TokenDeliveryMethod], TokenRecord]


@dataclass(frozen=True, slots=True)
class CarrierAnswer:
    """Answer of the carrier: the standard's bare names; None for a stage that was not reached."""

    token_result: str | None
    authentication_result: str | None
    validation_result: str | None


class VirtualCarrier:
    """The carrier of one meter.

    Args:
        enter_token: the meter's token processor.
    """

    __slots__ = ("_enter_token",)

    def __init__(self, enter_token: EnterToken) -> None:
        self._enter_token = enter_token

    def enter(self, token66: int) -> CarrierAnswer:
        """Hand over the 66 bits of a token.

        Raises:
            ValueError: it is not a number of 66 bits.
        """
        if not 0 <= token66 <= TOKEN_MAX:
            raise ValueError(f"a token has 66 bits, not {token66.bit_length()}")
        return self.enter_digits(to_digits(token66))

    def enter_digits(self, digits: str) -> CarrierAnswer:
        """Hand over a token as digits; malformed ones are a FormatError."""
        outcome = self._enter_token(digits, TokenDeliveryMethod.LOCAL).outcome
        return CarrierAnswer(
            outcome.result and outcome.result.value,
            outcome.authentication and outcome.authentication.value,
            outcome.validation and outcome.validation.value,
        )


# ------------------------------------------------------------ numbers of results

#: Bare name -> number, as one maker's register has them.
RESULT_NUMBERS: dict[str, int] = {
    "Accept": 1,
    "1stKCT": 2,
    "2ndKCT": 3,
    "OverflowError": 4,
    "KeyTypeError": 5,
    "FormatError": 6,
    "RangeError": 7,
    "FunctionError": 8,
    "OldError": 9,
    "UsedError": 10,
    "KeyExpiredError": 11,
    "DDTKError": 12,
    "CRCError": 13,
    "MfrCodeError": 14,
    "LockOut": 15,
    "3rdKCT": 17,
    "4thKCT": 18,
}

#: Number -> bare name.
RESULT_NAMES: dict[int, str] = {number: name for name, number in RESULT_NUMBERS.items()}
