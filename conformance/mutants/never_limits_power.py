"""A meter that accepts a power limit and never looks at the power: no load is too much."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.limiter import Limiter

CLAUSE = "iec62055-41/8.6"
DESCRIPTION = Text("no corta por encima del límite de potencia", "does not trip above the power limit")


class Lenient(Limiter):
    """Looks at no power."""

    __slots__ = ()

    def look(self, power_mw: int, now_us: int) -> None:
        """Never too much."""


PARTS = dataclasses.replace(DEFAULT_PARTS, limiter=Lenient)
