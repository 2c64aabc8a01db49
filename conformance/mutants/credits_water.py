"""A meter to which all credit is alike: water, gas and time are kilowatt-hours."""

import dataclasses
from collections.abc import Callable

from conformance.text import Text
from protocols.sts.acceptance import AcceptanceRules, TokenAcceptance, TokenResult
from protocols.sts.token import Token, TransferCredit
from sim.meter import DEFAULT_PARTS
from sim.meter.tokens import FUNCTIONS, Effects, TokenDesk

CLAUSE = "iec62055-41/7.3.8"
DESCRIPTION = Text("acredita agua, gas y tiempo como energía", "credits water, gas and time as energy")

_ALL_CREDIT = frozenset((0, subclass) for subclass in range(4))


class OneCommodity(TokenDesk):
    """Grants whatever amount a credit token carries."""

    __slots__ = ()

    def _carry_out(self, token: Token) -> TokenResult:
        if isinstance(token, TransferCredit):
            return self._effects.grant(token.amount_units)
        return super()._carry_out(token)


def _rules() -> AcceptanceRules:
    return AcceptanceRules(functions=FUNCTIONS | _ALL_CREDIT)


def _desk(acceptance: TokenAcceptance, effects: Effects, now_s: Callable[[], float]) -> TokenDesk:
    return OneCommodity(acceptance, effects, now_s)


PARTS = dataclasses.replace(DEFAULT_PARTS, acceptance_rules=_rules, token_desk=_desk)
