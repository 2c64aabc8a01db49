"""A meter that closes its relay by itself after a recharge, also where the control mode does not let it."""

import dataclasses

from conformance.text import Text
from protocols.dlms.cosem.disconnect import ControlState
from sim.meter import DEFAULT_PARTS
from sim.meter.supply_control import SupplyControl

CLAUSE = "ppay/PPAY_DISC_2"
DESCRIPTION = Text("se reconecta solo en modo 4", "closes by itself in mode 4")


class Willful(SupplyControl):
    """Knows letter h in every mode."""

    __slots__ = ()

    def local_reconnect(self) -> bool:
        """Ready is as good as connected."""
        if self._state is not ControlState.READY_FOR_RECONNECTION:
            return False
        self._state = ControlState.CONNECTED
        return True


PARTS = dataclasses.replace(DEFAULT_PARTS, supply_control=Willful)
