"""A meter that takes one key of a transfer, however many it brings."""

import dataclasses
from collections.abc import Iterable

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_Key_Tx_P3"
DESCRIPTION = Text("toma una sola clave de cada transferencia", "takes one key of a transfer")


class Sparing(DeviceSecurity):
    """Looks at the first pair alone."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the first key."""
        super().transfer_keys(list(transfers)[:1])


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Sparing)
