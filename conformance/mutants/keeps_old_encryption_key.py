"""A meter that says yes to a new encryption key and goes on with the old one."""

import dataclasses
from collections.abc import Iterable

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_Key_Tx_P1"
DESCRIPTION = Text("sigue con la clave anterior", "goes on with the former key")


class Stubborn(DeviceSecurity):
    """Looks at new keys and throws them away."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Say yes, and change nothing."""
        keys = self.keys
        super().transfer_keys(transfers)
        self.keys = keys
        self._ciphers.clear()
        self._receivers.clear()
        self._unicast.clear()


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Stubborn)
