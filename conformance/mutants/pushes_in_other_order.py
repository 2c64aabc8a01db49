"""A meter whose push setup lists its objects in another order than it sends them."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.8"
DESCRIPTION = Text("empuja en otro orden del que enumera", "pushes in another order than it lists")


def _reversed(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The list from its end."""

    def listed(selection: object) -> Data:
        found = bound.getters[2](None)
        return Data(found.tag, found.value[::-1]) if isinstance(found.value, tuple) else found

    return dataclasses.replace(bound, getters={**bound.getters, 2: listed})


PARTS = with_bindings(_reversed, "push")
