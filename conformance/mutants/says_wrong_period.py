"""A meter whose profile says twice the period at which its rows come."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-bb/class-7"
DESCRIPTION = Text(
    "el periodo del perfil no es el de sus filas", "the profile's period is not that of its rows"
)


def _doubled(live: LiveParts, row: ObjectTerms, bound: Bound) -> Bound:
    """Twice the right period."""
    profile = live.parts.captured.profiles[row.options["name"]]
    period = getter(lambda: axdr.double_long_unsigned(2 * profile.period_s))
    return dataclasses.replace(bound, getters={**bound.getters, 4: period})


PARTS = with_bindings(_doubled, "profile")
