"""A meter whose token gateway says that every token was executed."""

import dataclasses
from collections.abc import Mapping

from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.objects import Getter, constant
from sim.meter import DEFAULT_PARTS
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.object_table import Binder
from sim.meter.cosem.table import cosem_bindings
from sim.meter.profile import ObjectTerms

CLAUSE = "ppay/PPAY_TOKEN_N1"
DESCRIPTION = Text("la pasarela dice siempre que sí", "the gateway always says yes")

_FINE = axdr.structure(axdr.enum(TokenStatusCode.TOKEN_EXECUTION_OK), axdr.bit_string("00000001"))


def smiling_bindings(live: LiveParts) -> dict[str, Binder]:
    """The usual bindings, with one status for everything."""
    binders = cosem_bindings(live)
    gateway = binders["token-gateway"]

    def bind(row: ObjectTerms) -> Bound:
        bound = gateway(row)
        getters: Mapping[int, Getter] = {**bound.getters, 6: constant(_FINE)}
        return dataclasses.replace(bound, getters=getters)

    return {**binders, "token-gateway": bind}


PARTS = dataclasses.replace(DEFAULT_PARTS, cosem_bindings=smiling_bindings)
