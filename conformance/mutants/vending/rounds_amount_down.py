"""A vendor that codes the amount downwards."""

import dataclasses

from conformance.text import Text
from conformance.vending.retouch import RetouchingModule
from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.token import Token, TransferCredit

CLAUSE = "sts531-1/CTSA10"
DESCRIPTION = Text("redondea la cantidad hacia abajo", "rounds the amount down")


class VENDOR(RetouchingModule):
    """Keeps what does not fit the mantissa."""

    asked_units = 0

    def change(self, token: Token) -> Token:
        """The next smaller amount, where the coding had to round."""
        if not isinstance(token, TransferCredit) or token.amount_units == self.asked_units:
            return token
        below = decode_amount(encode_amount(token.amount_units) - 1)
        return dataclasses.replace(token, amount_units=below)

    def carry(self, operation: str, args: dict) -> dict:  # type: ignore[type-arg]
        """Remember what was asked for."""
        self.asked_units = args.get("amount", 0)
        return super().carry(operation, args)
