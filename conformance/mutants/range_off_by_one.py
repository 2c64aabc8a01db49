"""A meter that leaves out the last row of a range, whose end it should include."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import RangeSelection, Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.4"
DESCRIPTION = Text("a un rango le falta la última fila", "a range lacks its last row")


def _exclusive(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The end of a range is not in it."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, RangeSelection) and isinstance(found.value, tuple):
            return Data(found.tag, found.value[:-1])
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_exclusive, "profile")
