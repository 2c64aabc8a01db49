"""A meter whose own invocation counter begins anew when the power comes back."""

import dataclasses
from typing import Any

from conformance.text import Text
from protocols.dlms.security import DeviceSecurity
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_0_FraCount_3"
DESCRIPTION = Text(
    "repite su contador de invocación tras un corte", "repeats its invocation counter after a power cut"
)


class BeginsAnew(DeviceSecurity):
    """Keeps everything but its own counter."""

    __slots__ = ()

    def restore(self, kept: dict[str, Any]) -> None:
        """Take up all but the counter."""
        super().restore({**kept, "send": 0})


PARTS = dataclasses.replace(DEFAULT_PARTS, device_security=BeginsAnew)
