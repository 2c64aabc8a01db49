"""A meter whose demand register has no period."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.3"
DESCRIPTION = Text("el registro de demanda no tiene periodo", "the demand register has no period")


def _without_period(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A period of zero seconds."""
    return dataclasses.replace(bound, getters={**bound.getters, 8: constant(axdr.double_long_unsigned(0))})


PARTS = with_bindings(_without_period, "demand.active-import")
