"""A meter that takes a charge by time twice each period, and books it once."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.payment.charges import Charge
from sim.meter.payment.collection import Collector
from sim.meter.prepayment import Prepayment

PROFILE = "ppkw-full"
CLAUSE = "ppay/PPAY_CHG_2"
DESCRIPTION = Text("cobra dos veces cada período", "collects twice each period")


class TakesTwice(Collector):
    """Draws a second time."""

    __slots__ = ()

    def collect(self, charge: Charge, wanted_nj: int, epoch_us: int) -> bool:
        """Once for the books, once for nobody."""
        self._purse.draw(wanted_nj)
        return super().collect(charge, wanted_nj, epoch_us)


class Greedy(Prepayment):
    """An account with such a collector."""

    __slots__ = ()
    collector_type = TakesTwice


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=Greedy)
