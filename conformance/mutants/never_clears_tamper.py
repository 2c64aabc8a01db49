"""A meter that accepts a ClearTamperCondition token and keeps its alarm."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.tamper import TamperDetector

CLAUSE = "iec62055-41/8.11"
DESCRIPTION = Text("no apaga la alarma de manipulación", "never puts the tamper alarm out")


class Resentful(TamperDetector):
    """Says that it forgave."""

    def clear(self) -> None:
        """Nothing done."""


PARTS = dataclasses.replace(DEFAULT_PARTS, tamper=Resentful)
