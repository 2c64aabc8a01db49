"""A meter with an object that answers to one logical name and says another."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("un objeto dice otro nombre lógico", "an object says another logical name")


def _renamed(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """The logical name of another object."""
    return dataclasses.replace(bound, getters={**bound.getters, 1: constant(axdr.octet_string(bytes(6)))})


PARTS = with_bindings(_renamed, "clock")
