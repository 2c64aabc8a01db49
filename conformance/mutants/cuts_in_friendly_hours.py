"""A meter that cuts its customers off at night, whatever hours are friendly."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.prepayment import Prepayment

PROFILE = "ppkw-full"
CLAUSE = "ppay/PPAY_DISC_3"
DESCRIPTION = Text("corta en horas amigables", "cuts off in friendly hours")


class Unfriendly(Prepayment):
    """Knows no such hours."""

    __slots__ = ()

    @property
    def friendly(self) -> bool:
        """Never."""
        return False


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=Unfriendly)
