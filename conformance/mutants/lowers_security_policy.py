"""A meter whose security policy can be lowered again."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_SecPol_3"
DESCRIPTION = Text("deja bajar su política de seguridad", "lets its security policy be lowered")


class Wavering(DeviceSecurity):
    """Activates any policy."""

    __slots__ = ()

    def activate_policy(self, policy: int) -> None:
        """Take any policy."""
        self._set_policy(policy)
        self._keep()


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Wavering)
