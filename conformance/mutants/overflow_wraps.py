"""A meter whose credit register runs over: what there is no room for brings it back to zero."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TokenResult
from sim.meter import DEFAULT_PARTS
from sim.meter.prepayment import Prepayment

CLAUSE = "iec62055-41/7.3.8"
DESCRIPTION = Text("el registro de crédito se desborda", "the credit register runs over")


class WrapsAround(Prepayment):
    """Accepts every amount."""

    __slots__ = ()

    def grant(self, amount_units: int) -> TokenResult:
        """Zero instead of OverflowError."""
        if super().grant(amount_units) is not TokenResult.ACCEPT:
            self._credit_nj = 0
        return TokenResult.ACCEPT


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=WrapsAround)
