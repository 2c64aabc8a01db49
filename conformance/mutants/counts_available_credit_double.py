"""A meter whose account says twice the credit that there is."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-bb/class-111"
DESCRIPTION = Text("la cuenta dice el doble del crédito", "the account says twice the credit")


def _generous(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Attribute 5, available_credit, doubled."""

    def available(selection: object) -> Data:
        found = bound.getters[5](None)
        return Data(found.tag, 2 * found.value) if isinstance(found.value, int) else found

    return dataclasses.replace(bound, getters={**bound.getters, 5: available})


PARTS = with_bindings(_generous, "account")
