"""A meter whose seasons have no week profile."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.10"
DESCRIPTION = Text("a las temporadas les falta la semana", "the seasons lack their week")


def _weekless(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Seasons of two elements, and one at least."""
    season = axdr.structure(axdr.octet_string(b"1"), axdr.octet_string(bytes(12)))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(axdr.array(season))})


PARTS = with_bindings(_weekless, "calendar")
