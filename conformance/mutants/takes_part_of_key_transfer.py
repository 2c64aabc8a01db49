"""A meter that takes the good keys of a transfer of which one is wrong."""

import dataclasses
from collections.abc import Iterable

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_Key_Tx_N2"
DESCRIPTION = Text("toma media transferencia de claves", "takes half a key transfer")


class Hasty(DeviceSecurity):
    """Takes one key after the other, and refuses what is left at the first that is wrong."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the keys one by one."""
        for transfer in transfers:
            super().transfer_keys([transfer])


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Hasty)
