"""A meter whose contacts are welded: it says that it disconnects, and the current flows on."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.supply_control import SupplyControl

CLAUSE = "dlms-bb/class-70"
DESCRIPTION = Text("nunca abre el interruptor", "never opens the switch")


class WeldedSwitch(SupplyControl):
    """Reports what it was told; the contacts stay together."""

    __slots__ = ()

    @property
    def relay_closed(self) -> bool:
        """Always."""
        return True


PARTS = dataclasses.replace(DEFAULT_PARTS, supply_control=WeldedSwitch)
