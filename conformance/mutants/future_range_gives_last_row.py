"""A meter that gives its last row for a range that no row is in."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import RangeSelection, Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.4"
DESCRIPTION = Text("un rango futuro da la última fila", "a range in the future gives the last row")


def _never_empty(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Something is better than nothing."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, RangeSelection) and not found.value:
            everything = bound.getters[2](None)
            return Data(found.tag, everything.value[-1:]) if isinstance(everything.value, tuple) else found
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_never_empty, "profile")
