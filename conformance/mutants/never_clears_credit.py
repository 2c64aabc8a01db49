"""A meter that accepts a ClearCredit token and keeps the credit."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TokenResult
from sim.meter import DEFAULT_PARTS
from sim.meter.prepayment import Prepayment

CLAUSE = "iec62055-41/8.7"
DESCRIPTION = Text("no borra el crédito", "does not clear the credit")


class KeepsCredit(Prepayment):
    """Says that it cleared."""

    __slots__ = ()

    def clear(self, register: int) -> TokenResult:
        """Accepted, and nothing done."""
        return TokenResult.ACCEPT


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=KeepsCredit)
