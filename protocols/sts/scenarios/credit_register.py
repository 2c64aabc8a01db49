"""A credit register as small as a scenario needs, and what tokens do to it."""

from protocols.sts.acceptance.results import TokenResult
from protocols.sts.token.credit import TransferCredit
from protocols.sts.token.currency_credit import TransferCurrencyCredit
from protocols.sts.token.layout import Token
from protocols.sts.token.management import ClearCredit
from protocols.sts.token.meter_test import InitiateMeterTest

CAPACITY_UNITS = 1 << 31
"""What a register holds where a scenario does not say."""

KNOWN_CONTROL_BITS = 0x7FF
"""Control bits of a test token that have a meaning with a source; a test of none of them is no function."""


class CreditRegister:
    """Credit in the unit of the tokens: 0.1 kWh, or 10⁻⁵ of the currency for tokens in money.

    Args:
        units: credit at the start.
        capacity_units: the register overflows above it.
    """

    __slots__ = ("capacity_units", "units")

    def __init__(self, units: int = 0, capacity_units: int = CAPACITY_UNITS) -> None:
        self.units = units
        self.capacity_units = capacity_units

    def apply(self, token: Token) -> TokenResult:
        """Carry out a token that passed every check."""
        if isinstance(token, TransferCredit):
            return self._add(token.amount_units)
        if isinstance(token, TransferCurrencyCredit):
            return self._add(token.amount_1e5)
        if isinstance(token, ClearCredit):
            self.units = 0
        if isinstance(token, InitiateMeterTest) and not token.control & KNOWN_CONTROL_BITS:
            return TokenResult.FUNCTION_ERROR
        return TokenResult.ACCEPT

    def _add(self, amount: int) -> TokenResult:
        if self.units + amount > self.capacity_units:
            return TokenResult.OVERFLOW_ERROR
        self.units += amount
        return TokenResult.ACCEPT
