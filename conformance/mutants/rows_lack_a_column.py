"""A meter whose profile names a column that its rows do not have."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.4"
DESCRIPTION = Text("a las filas les falta una columna", "the rows lack a column")


def _narrow(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Rows without their last value."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        rows = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, tuple(Data(row.tag, row.value[:-1]) for row in rows))  # type: ignore[index]

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_narrow, "profile")
