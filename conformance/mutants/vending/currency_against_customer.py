"""A vendor that rounds money in its own favour."""

import dataclasses

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule
from protocols.sts.currency import STEPS_1E5
from protocols.sts.token import Token, TransferCurrencyCredit

_MANTISSAS = 1 << 14
CLAUSE = "sts531-1/CTSA20"
DESCRIPTION = Text("redondea el dinero en su propio favor", "rounds money in its own favour")


class VENDOR(RetouchingModule):
    """The next smaller amount that can be coded."""

    def change(self, token: Token) -> Token:
        """One step of the mantissa less."""
        if not isinstance(token, TransferCurrencyCredit):
            return token
        step = next(step for step in STEPS_1E5 if abs(token.amount_1e5) < 2 * _MANTISSAS * step)
        return dataclasses.replace(token, amount_1e5=token.amount_1e5 - step)
