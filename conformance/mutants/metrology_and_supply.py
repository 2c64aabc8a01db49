"""Mutants of metering and of the supply switch (IEC 62053-21; classes 3 and 70)."""

import dataclasses
from itertools import count

from conformance.mutants._parts import bindings, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.binding import Bound
from sim.meter.cosem.requests import LiveParts
from sim.meter.metering.metrology import Metrology, Quantity
from sim.meter.profile import ObjectTerms
from sim.meter.supply.supply_control import SupplyControl

_FACTOR = 10


@mutant(
    "energy-times-ten",
    "iec62053-21/table-6",
    Message("registers ten times the energy"),
    part("metrology"),
)
class EnergyTimesTen(Metrology):
    """A meter whose register runs ten times too fast; its pulses and instantaneous values are right."""

    __slots__ = ()

    def energy_wh(self, *quantities: Quantity) -> int:
        """Ten times the truth."""
        return super().energy_wh(*quantities) * _FACTOR


_START_WH = 1_000_000


@mutant(
    "energy-falls",
    "dlms-bb/class-3",
    Message("the energy register falls"),
    bindings("energy.active-import"),
)
def energy_falls(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A meter whose energy register falls from one reading to the next."""
    readings = count()

    def read(selection: Selection | None) -> Data:
        return Data(bound.getters[2](selection).tag, _START_WH - next(readings))

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


@mutant(
    "never-opens-relay",
    "dlms-bb/class-70",
    Message("never opens the switch"),
    part("supply_control"),
)
class NeverOpensRelay(SupplyControl):
    """A meter whose contacts are welded: it says that it disconnects, and the current flows on."""

    __slots__ = ()

    @property
    def relay_closed(self) -> bool:
        """Always."""
        return True
