"""A meter whose voltage has a scaler that makes it ten times what it is."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.2"
DESCRIPTION = Text(
    "da diez veces la tensión por el multiplicador", "gives ten times the voltage by its scaler"
)


def _scaled_up(_live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """The right unit with a scaler of one more."""
    options = row.options
    scaler_unit = axdr.structure(axdr.integer(options["scaler"] + 1), axdr.enum(options["unit"]))
    return dataclasses.replace(bound, getters={**bound.getters, 3: constant(scaler_unit)})


PARTS = with_bindings(_scaled_up, "voltage")
