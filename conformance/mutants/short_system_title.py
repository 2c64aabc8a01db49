"""A meter whose system title has seven octets."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.objects import constant
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-yb/7.3.9"
DESCRIPTION = Text("su título de sistema tiene siete octetos", "its system title has seven octets")


def _short(live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """A title without its last octet."""
    return dataclasses.replace(
        bound,
        getters={**bound.getters, 5: constant(axdr.octet_string(live.parts.security.system_title[:-1]))},
    )


PARTS = with_bindings(_short, "security-setup")
