"""A meter that takes a ciphered request whose invocation counter was used before."""

import dataclasses

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity, ReceiveCounter
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_FraCount_1"
DESCRIPTION = Text("acepta peticiones repetidas", "takes replayed requests")


class Forgetful(DeviceSecurity):
    """Remembers of no client which counters it used up."""

    __slots__ = ()

    def received(self, title: bytes, *, broadcast: bool = False) -> ReceiveCounter:
        """A counter that nobody used yet."""
        return ReceiveCounter()


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=Forgetful)
