"""Replacements of parts of the right meter, for the decorator `mutant`."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from conformance.mutants._registry import Replacement
from protocols.dlms.cosem.device import AccessRights
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.server import ServerLink
from protocols.dlms.security import DeviceSecurity, SecuritySuite
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.wrapper import WrapperServer
from sim.meter import DEFAULT_PARTS, Credentials, Parts
from sim.meter.cosem.binding import Bound
from sim.meter.cosem.binding_table import cosem_bindings
from sim.meter.cosem.logical_device import Binder
from sim.meter.cosem.requests import LiveParts
from sim.meter.credentials import suite_security
from sim.meter.parts import hdlc_server, wrapper_server
from sim.meter.profile import ObjectTerms

#: Gives the wrong functions behind an object for the right ones.
Change = Callable[[LiveParts, ObjectTerms, Bound], Bound]

#: Gives the rights that are kept to, for an object and the rights that the list tells.
Grant = Callable[[CosemObject, AccessRights], AccessRights]


def part(field: str, **others: Any) -> Replacement:
    """One part by its name in `sim.meter.Parts`; `others` are replaced along with it."""
    return Replacement(lambda wrong: dataclasses.replace(DEFAULT_PARTS, **{field: wrong, **others}))


def bindings(*names: str) -> Replacement:
    """The functions behind the COSEM objects that are bound by one of `names`; takes a `Change`."""

    def build(change: Change) -> Parts:
        def changed(live: LiveParts, binder: Binder) -> Binder:
            return lambda row: change(live, row, binder(row))

        def bound(live: LiveParts) -> dict[str, Binder]:
            binders = cosem_bindings(live)
            return binders | {name: changed(live, binders[name]) for name in names}

        return dataclasses.replace(DEFAULT_PARTS, cosem_bindings=bound)

    return Replacement(build)


def _granted(grant: Grant) -> Parts:
    class Granting(ServerConnection):
        __slots__ = ()

        def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
            answer = super()._associate(apdu, client_sap, server_sap)
            association = self._associations.get((client_sap, server_sap))
            if association is not None:
                entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
                for name, (item, rights) in entries.items():
                    entries[name] = (item, grant(item, rights))
            return answer

    return dataclasses.replace(DEFAULT_PARTS, server_connection=Granting)


def _station(kind: type[HdlcServer]) -> Parts:
    return dataclasses.replace(DEFAULT_PARTS, hdlc_server=partial(hdlc_server, kind=kind))


def _link(kind: type[ServerLink]) -> Parts:
    return _station(type(f"StationOf{kind.__name__}", (HdlcServer,), {"link_type": kind}))


def _wrapper(kind: type[WrapperServer]) -> Parts:
    return dataclasses.replace(DEFAULT_PARTS, wrapper_server=partial(wrapper_server, kind=kind))


def _suite(kind: type[DeviceSecurity]) -> Parts:
    def make(title: bytes, suite: SecuritySuite, credentials: Credentials) -> DeviceSecurity:
        return suite_security(title, suite, credentials, kind=kind)

    return dataclasses.replace(DEFAULT_PARTS, suite_security=make)


#: The DLMS server.
SERVER = part("server_connection")

#: The rights that an association keeps to, where it lists the right ones; takes a `Grant`.
GRANTED_RIGHTS = Replacement(_granted)

#: The HDLC station, and one link of the right station.
HDLC_STATION = Replacement(_station, framing="hdlc")
HDLC_LINK = Replacement(_link, framing="hdlc")

#: The station of the TCP wrapper.
WRAPPER_STATION = Replacement(_wrapper)

#: The security of a meter that signs.
SUITE_SECURITY = Replacement(_suite, profile="ppkw-suite1")
