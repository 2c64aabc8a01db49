"""A meter that says yes to a new authentication key and goes on with the old one."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_Key_Tx_P2"
DESCRIPTION = Text(
    "sigue con la clave de autenticación anterior", "goes on with the former authentication key"
)


class Stubborn(DeviceSecurity):
    """Takes every new key but that one."""

    __slots__ = ()

    def _replace_keys(self, found: dict[str, bytes]) -> None:
        super()._replace_keys({name: key for name, key in found.items() if name != "gak"})


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Stubborn)
