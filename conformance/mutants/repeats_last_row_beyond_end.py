"""A meter that gives its last row for entries beyond it."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import EntrySelection, Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/EXTRA_PROFILE"
DESCRIPTION = Text("más allá de la última fila la repite", "beyond its last row it gives it again")


def _never_empty(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Something is better than nothing."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        if isinstance(selection, EntrySelection) and not found.value:
            everything = bound.getters[2](None)
            return Data(found.tag, everything.value[-1:]) if isinstance(everything.value, tuple) else found
        return found

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_never_empty, "profile")
