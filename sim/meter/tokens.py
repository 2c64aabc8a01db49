"""The token desk: one place where every token comes in, from the keypad and from the gateway alike.

`protocols.sts.acceptance` decides what a token is and keeps the TID store; here stands what an accepted
token *does* in this meter, as a table from the token's type to the function that carries it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import TokenDeliveryMethod
from protocols.sts.acceptance import KeyRegister, Outcome, TokenAcceptance, TokenResult
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

#: Every (class, subclass) that this meter can carry out, key changes included.
FUNCTIONS: frozenset[tuple[int, int]] = frozenset(
    {(0, ELECTRICITY_SUBCLASS), (1, 0), (1, 1), (2, 0), (2, 1), (2, 3), (2, 4), (2, 5), (2, 8), (2, 9)}
)

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
    """One token that came in, and what became of it."""

    digits: str
    epoch_us: int
    delivery: TokenDeliveryMethod
    outcome: Outcome

    @property
    def granted_wh(self) -> int | None:
        """Energy that it brought; None when it was no accepted credit token."""
        token = self.outcome.token
        if self.outcome.accepted and isinstance(token, TransferCredit):
            return token.amount_units * WH_PER_CREDIT_UNIT
        return None

    @property
    def information(self) -> tuple[str, ...]:
        """What an accepted test token asked to see."""
        token = self.outcome.token
        if not self.outcome.accepted or not isinstance(token, InitiateMeterTest):
            return ()
        return tuple(name for bit, name in TEST_INFORMATION.items() if token.control & bit)


class TokenDesk:
    """Takes tokens in, one after the other, whoever brings them.

    Args:
        acceptance: decodes, checks, remembers TIDs and keys.
        effects: what tokens can do here.
    """

    __slots__ = ("_acceptance", "_effects", "_last")

    def __init__(self, acceptance: TokenAcceptance, effects: Effects) -> None:
        self._acceptance = acceptance
        self._effects = effects
        self._last: TokenRecord | None = None

    @property
    def register(self) -> KeyRegister:
        """The decoder key in force and its attributes."""
        return self._acceptance.register

    @property
    def last(self) -> TokenRecord | None:
        """The newest token, accepted or not."""
        return self._last

    def enter(
        self, digits: str, delivery: TokenDeliveryMethod, *, epoch_us: int, now_s: float
    ) -> TokenRecord:
        """Take in one token.

        Args:
            digits: as they came, 20 decimal digits if all is well.
            delivery: which way it came.
            epoch_us: the meter's own time, for the record.
            now_s: the world's time, for the acceptance.
        """
        outcome = self._acceptance.enter(digits, self._carry_out, now_s)
        self._last = TokenRecord(digits, epoch_us, delivery, outcome)
        return self._last

    def snapshot(self) -> dict[str, Any]:
        """Keys, TIDs and the last record. It holds keys: keep it as one keeps a key."""
        return {"acceptance": self._acceptance.snapshot(), "last": self._last}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up what was kept."""
        self._acceptance.restore(kept["acceptance"])
        self._last = kept["last"]

    def _carry_out(self, token: Token) -> TokenResult:
        effect = _EFFECTS.get(type(token))
        return TokenResult.FUNCTION_ERROR if effect is None else effect(self._effects, token)


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
