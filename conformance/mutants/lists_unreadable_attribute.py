"""A meter whose object list grants a value that it then refuses to read."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from protocols.dlms.cosem.selection import Selection
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.1"
DESCRIPTION = Text("concede un valor que no se puede leer", "grants a value that cannot be read")


def _refuse(_selection: Selection | None) -> Data:
    raise AccessError(DataAccessResult.READ_WRITE_DENIED)


def _unreadable(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The value refuses."""
    return dataclasses.replace(bound, getters={**bound.getters, 2: _refuse})


PARTS = with_bindings(_unreadable, "firmware")
