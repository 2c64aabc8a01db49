"""A meter whose clock does not say how far local time is from UTC."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-bb/class-8"
DESCRIPTION = Text("el reloj calla su desviación de UTC", "the clock does not say its deviation from UTC")

_DEVIATION, _UNDEFINED = slice(9, 11), b"\x80\x00"


def _blank(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A time whose deviation is not specified."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        raw = found.value if isinstance(found.value, bytes) else b""
        return Data(found.tag, raw[: _DEVIATION.start] + _UNDEFINED + raw[_DEVIATION.stop :])

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_blank, "clock")
