"""A meter that shows its security policy and does not keep to it."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_SecPol_1"
DESCRIPTION = Text("no cumple su política de seguridad", "ignores its security policy")


class Lenient(DeviceSecurity):
    """Demands nothing of a request."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.least_request = 0


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Lenient)
