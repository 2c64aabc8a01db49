"""A meter whose script table has two scripts of one identifier."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.5"
DESCRIPTION = Text("repite el identificador de un guion", "repeats the identifier of a script")


def _doubled(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The first script comes again at the end."""

    def read(selection: Selection | None) -> Data:
        found = bound.getters[2](selection)
        scripts = found.value if isinstance(found.value, tuple) else ()
        return Data(found.tag, scripts + scripts[:1])

    return dataclasses.replace(bound, getters={**bound.getters, 2: read})


PARTS = with_bindings(_doubled, "scripts")
