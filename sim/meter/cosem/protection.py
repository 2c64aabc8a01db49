"""What a head-end may set of the six protections: the relay's policy for each, and what is significant.

No standard has an object for them: one octet-string with an octet for each protection, in the order of
`sim.meter.protection.Protection`, and two registers; a choice of ours [M].
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import number, octets
from sim.meter.cosem.values import bind_register
from sim.meter.profile import ObjectTerms
from sim.meter.protection import Protection, RelayPolicy
from sim.meter.readings import WHOLE, Reading

#: Octet -> policy.
POLICIES = (RelayPolicy.LOG, RelayPolicy.OPEN, RelayPolicy.OPEN_UNTIL_CLEARED)


def bind_protection_policies(live: LiveParts, _row: ObjectTerms) -> Bound:
    """A class 1 object: the policy of each protection, which can be set."""
    protections = live.parts.protections

    def read() -> Data:
        return axdr.octet_string(bytes(POLICIES.index(protections.terms.policy(kind)) for kind in Protection))

    def write(value: Data) -> None:
        chosen = octets(value)
        if len(chosen) != len(Protection) or max(chosen) >= len(POLICIES):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        relay = {kind: POLICIES[octet] for kind, octet in zip(Protection, chosen, strict=True)}
        _change(live, relay=relay)

    return Bound({2: getter(read)}, {2: write})


def bind_reverse_energy(live: LiveParts, row: ObjectTerms) -> Bound:
    """A class 3 object: energy (Wh) or window (s) of the significant reverse energy, which can be set."""
    name: str = row.options["of"]
    protections = live.parts.protections
    bound = bind_register(Reading(lambda: int(getattr(protections.terms, name)), WHOLE), row)
    return Bound(bound.getters, {2: lambda value: _change(live, **{name: number(value)})})


def _change(live: LiveParts, **values: object) -> None:
    def change() -> bool:
        try:
            live.parts.protections.change(**values)
        except ValueError as error:
            raise AccessError(DataAccessResult.OTHER_REASON) from error
        return True

    live.requests.act(change)
