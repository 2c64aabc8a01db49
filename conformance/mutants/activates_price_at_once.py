"""A meter that puts a passive price in force as soon as it is told when it should begin."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.payment.charges import Conditions
from sim.meter.prepayment import Prepayment

PROFILE = "ppkw-full"
CLAUSE = "ppay/PPAY_CHG_4"
DESCRIPTION = Text("el precio pasivo rige enseguida", "the passive price holds at once")


class Impatient(Prepayment):
    """Does not wait for the activation time."""

    __slots__ = ()

    def pass_time(self, epoch_us: int, conditions: Conditions = Conditions()) -> bool:  # noqa: B008
        """Every planned price begins now."""
        for charge in self.charges:
            if charge.activation_us is not None:
                charge.activation_us = epoch_us
        return super().pass_time(epoch_us, conditions)


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=Impatient)
