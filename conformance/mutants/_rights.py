"""What the mutants of access rights share: an association that grants more than its object list says."""

from collections.abc import Callable

from conformance.mutants._dlms import with_server
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights
from protocols.dlms.server import ServerConnection
from sim.meter import Parts

#: The rights that are kept to, for an object and the rights that the list tells.
Grant = Callable[[CosemObject, AccessRights], AccessRights]


def granting(grant: Grant) -> Parts:
    """The default parts with a server that keeps to the rights of `grant`, and lists the right ones."""

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

    return with_server(Granting)
