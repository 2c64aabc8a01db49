"""A meter whose voltage is given in amperes."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.2"
DESCRIPTION = Text("da la tensión en amperios", "gives the voltage in amperes")

_AMPERE = 33


def _in_amperes(_live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """The right scaler with the wrong unit."""
    scaler_unit = axdr.structure(axdr.integer(row.options["scaler"]), axdr.enum(_AMPERE))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(scaler_unit)})


PARTS = with_bindings(_in_amperes, "voltage")
