"""A meter whose register monitor has thresholds of two types."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.7"
DESCRIPTION = Text("un vigilante mezcla tipos de umbral", "a monitor mixes types of thresholds")


def _mixed(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Two thresholds, each of its own type."""
    thresholds = axdr.array(axdr.long_unsigned(10_000), axdr.double_long_unsigned(13_000))
    return dataclasses.replace(bound, getters={**bound.getters, 2: constant(thresholds)})


PARTS = with_bindings(_mixed, "register-monitor")
