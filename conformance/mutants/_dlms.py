"""What the mutants of the application layer and of the object model share: servers, bindings."""

import dataclasses
from collections.abc import Callable

from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.current_association import Entry
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION, AssociationProfile
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.cosem.rights import AccessRights
from protocols.dlms.errors import DecodeError
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.initiate import InitiateRequest
from sim.meter import DEFAULT_PARTS, Parts
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.object_table import Binder
from sim.meter.cosem.table import cosem_bindings
from sim.meter.profile import ObjectTerms

#: Gives the wrong functions behind an object for the right ones.
Change = Callable[[LiveParts, ObjectTerms, Bound], Bound]


def with_server(kind: type[ServerConnection]) -> Parts:
    """The default parts with another server."""
    return dataclasses.replace(DEFAULT_PARTS, server_connection=kind)


def with_bindings(change: Change, *names: str) -> Parts:
    """The default parts with `change` made to the objects that are bound by one of `names`."""

    def bindings(live: LiveParts) -> dict[str, Binder]:
        binders = cosem_bindings(live)
        return binders | {name: _changed(live, binders[name], change) for name in names}

    return dataclasses.replace(DEFAULT_PARTS, cosem_bindings=bindings)


def _changed(live: LiveParts, binder: Binder, change: Change) -> Binder:
    return lambda row: change(live, row, binder(row))


class Retouching(ServerConnection):
    """Changes every association request before it is judged; `retouch` says how."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """The request that is judged in the place of `aarq`."""
        return aarq

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        try:
            aarq = decode_apdu(apdu)
        except DecodeError:
            aarq = None
        if profile is not None and isinstance(aarq, Aarq):
            apdu = self.retouch(aarq, profile).to_bytes()
        return super()._associate(apdu, client_sap, server_sap)

    def opened(self, client_sap: int, server_sap: int) -> Association | None:
        """The association that a client has open."""
        return self._associations.get((client_sap, server_sap))


class Misrepresenting(ServerConnection):
    """Shows another association object than the right one; `shown` says which."""

    __slots__ = ()

    def shown(self, association: Association, item: CosemObject, rights: AccessRights) -> Entry:
        """What is shown in the place of `item`, and to whom."""
        return item, rights

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            entries[CURRENT_ASSOCIATION] = self.shown(association, *entries[CURRENT_ASSOCIATION])
        return answer


def with_getter(item: CosemObject, attribute: int, value: Data) -> CosemObject:
    """The object with another value behind one of its attributes."""
    return dataclasses.replace(item, getters={**item.getters, attribute: constant(value)})


def with_initiate(aarq: Aarq, **changes: object) -> Aarq:
    """The request with some fields of its initiate request changed; as it is where that one is ciphered."""
    initiate = aarq.user_information
    if not isinstance(initiate, InitiateRequest):
        return aarq
    return dataclasses.replace(aarq, user_information=dataclasses.replace(initiate, **changes))  # type: ignore[arg-type]


def initiate_of(aarq: Aarq) -> InitiateRequest | None:
    """The plain initiate request inside, if there is one."""
    return aarq.user_information if isinstance(aarq.user_information, InitiateRequest) else None
