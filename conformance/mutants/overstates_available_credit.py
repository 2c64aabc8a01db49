"""A meter whose account says more credit than there is."""

import dataclasses

from conformance.mutants._dlms import with_bindings
from conformance.text import Text
from protocols.dlms.axdr import Data
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.profile import ObjectTerms

CLAUSE = "dlms-bb/class-111"
DESCRIPTION = Text("la cuenta dice más crédito del que hay", "the account says more credit than there is")

_MORE = 1000


def _generous(_live: LiveParts, _row: ObjectTerms, bound: Bound) -> Bound:
    """Attribute 5, available_credit, and a kWh more."""

    def available(selection: object) -> Data:
        found = bound.getters[5](None)
        return Data(found.tag, found.value + _MORE) if isinstance(found.value, int) else found

    return dataclasses.replace(bound, getters={**bound.getters, 5: available})


PARTS = with_bindings(_generous, "account")
