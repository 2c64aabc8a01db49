"""A meter that gives every column of the entries that it is asked for."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import EntrySelection, Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.4"
DESCRIPTION = Text(
    "una selección por entradas trae todas las columnas", "a selection by entry brings every column"
)


def _all_columns(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Entries with every column."""

    def read(selection: Selection | None) -> Data:
        if isinstance(selection, EntrySelection):
            selection = EntrySelection(selection.from_entry, selection.to_entry)
        return bound.getters[2](selection)

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_all_columns, "profile")
