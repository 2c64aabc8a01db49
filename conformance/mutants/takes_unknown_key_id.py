"""A meter that says yes to a key of which it does not know what it is for."""

import dataclasses
from collections.abc import Iterable

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from protocols.dlms.security.suites import KEY_FIELDS
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_Key_Tx_N1"
DESCRIPTION = Text("acepta una clave de destino desconocido", "takes a key of an unknown purpose")


class Obliging(DeviceSecurity):
    """Passes over what it does not know."""

    __slots__ = ()

    def transfer_keys(self, transfers: Iterable[tuple[int, bytes]]) -> None:
        """Take the keys that it knows."""
        super().transfer_keys([(key_id, key) for key_id, key in transfers if key_id in KEY_FIELDS])


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Obliging)
