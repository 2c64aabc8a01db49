"""A meter whose register runs ten times too fast, while its pulses and its instantaneous values are right."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.metrology import Metrology, Quantity

CLAUSE = "iec62053-21/table-6"
DESCRIPTION = Text("registra diez veces la energía", "registers ten times the energy")

_FACTOR = 10


class FastRegister(Metrology):
    """Shows ten times what flowed."""

    __slots__ = ()

    def energy_wh(self, *quantities: Quantity) -> int:
        """Ten times the truth."""
        return super().energy_wh(*quantities) * _FACTOR


PARTS = dataclasses.replace(DEFAULT_PARTS, metrology=FastRegister)
