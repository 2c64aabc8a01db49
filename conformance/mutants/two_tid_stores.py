"""A meter whose DLMS gateway remembers its own tokens and knows nothing of the keypad's."""

import dataclasses

from conformance.text import Text
from protocols.sts.acceptance import TokenAcceptance
from sim.meter import DEFAULT_PARTS
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.object_table import Binder
from sim.meter.cosem.table import cosem_bindings
from sim.meter.tokens import TokenDesk

CLAUSE = "dlms-bb/class-115"
DESCRIPTION = Text("un almacén de TID por cada vía", "one TID store for each way in")


def _own_gateway(live: LiveParts) -> dict[str, Binder]:
    """The bindings, with a gateway that enters tokens at a desk of its own."""
    desk = live.parts.tokens
    own = TokenDesk(TokenAcceptance(desk.register), desk._effects)  # noqa: SLF001 - the same effects, twice
    requests = dataclasses.replace(
        live.requests, enter_token=lambda digits, way: own.enter(digits, way, epoch_us=0)
    )
    return cosem_bindings(dataclasses.replace(live, requests=requests))


PARTS = dataclasses.replace(DEFAULT_PARTS, cosem_bindings=_own_gateway)
