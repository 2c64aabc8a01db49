"""A meter that collects its fee while the switch is open, whatever the account says."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.payment.charges import Conditions
from sim.meter.payment.collection import Collector
from sim.meter.prepayment import Prepayment

PROFILE = "ppkw-full"
CLAUSE = "ppay/PPAY_CHG_3"
DESCRIPTION = Text("cobra con el suministro cortado", "collects while the supply is off")


class IgnoresConditions(Collector):
    """Takes every state of the supply for a good one."""

    __slots__ = ()

    def advance(self, epoch_us: int, conditions: Conditions, *, counts: bool) -> bool:
        """As though the switch were closed."""
        return super().advance(epoch_us, Conditions(), counts=counts)


class NeverSpares(Prepayment):
    """An account with such a collector."""

    __slots__ = ()
    collector_type = IgnoresConditions


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=NeverSpares)
