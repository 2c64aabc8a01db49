"""A meter that demands both protections of every request, whatever its policy says."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_BasicCap_1"
DESCRIPTION = Text(
    "exige cifrar y autenticar sin política que lo diga", "demands both protections without a policy"
)


class Strict(DeviceSecurity):
    """Demands more than its policy."""

    __slots__ = ()

    def _set_policy(self, policy: int) -> None:
        super()._set_policy(policy)
        self.least_request = 0x30


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Strict)
