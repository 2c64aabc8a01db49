"""A meter whose energy register falls from one reading to the next."""

import dataclasses
from itertools import count

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-bb/class-3"
DESCRIPTION = Text("el registro de energía baja", "the energy register falls")

_HIGH = 1_000_000


def _falling(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """One less at every reading."""
    readings = count()

    def read(selection: Selection | None) -> Data:
        return Data(bound.getters[2](selection).tag, _HIGH - next(readings))

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_falling, "energy.active-import")
