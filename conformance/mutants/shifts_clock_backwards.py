"""A meter whose clock goes back when it is shifted forward."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import number
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/EXTRA_CLOCK"
DESCRIPTION = Text("desplaza el reloj al revés", "shifts the clock the wrong way")

_SHIFT_TIME = 6


def _backwards(live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The shift with its sign turned."""

    def shift(parameter: Data | None) -> None:
        live.requests.shift_clock(-number(parameter))

    return dataclasses.replace(bound, methods={**bound.methods, _SHIFT_TIME: shift})


PARTS = with_bindings(_backwards, "clock")
