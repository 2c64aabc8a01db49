"""A meter that credits whole kWh and keeps the tenths."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TokenResult
from sim.meter import DEFAULT_PARTS
from sim.meter.prepayment import Prepayment

CLAUSE = "iec62055-41/8.4"
DESCRIPTION = Text("redondea la cantidad hacia abajo", "rounds the amount down")

_UNITS_PER_KWH = 10


class RoundsDown(Prepayment):
    """Grants only the whole kWh of a token."""

    __slots__ = ()

    def grant(self, amount_units: int) -> TokenResult:
        """Less than the customer paid."""
        return super().grant(amount_units // _UNITS_PER_KWH * _UNITS_PER_KWH)


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=RoundsDown)
