"""A meter that says that its profile holds a row more than it gives."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.4"
DESCRIPTION = Text("cuenta una fila de más", "counts a row too many")


def _miscounted(live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """One more than there are."""
    profile = live.parts.captured.profiles[row.options["name"]]
    return dataclasses.replace(
        bound,
        getters={**bound.getters, 7: getter(lambda: axdr.double_long_unsigned(profile.entries_in_use + 1))},
    )


PARTS = with_bindings(_miscounted, "profile")
