"""A meter that shows the policy "encrypt" and does not keep to it."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

_ENCRYPT = 2


CLAUSE = "dlms-yb/SYMSEC_0_SecPol_2"
DESCRIPTION = Text("no cumple la política de cifrar", "does not keep to the policy of encryption")


class Open(DeviceSecurity):
    """Keeps to the other policies."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        if policy == _ENCRYPT:
            self.least_request = self.least_answer = 0


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Open)
