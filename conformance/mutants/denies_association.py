"""A meter whose association object says that nobody is associated."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.cosem.enumerations import AssociationStatus
from protocols.dlms.cosem.objects import constant
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/OBJECTS_ASSOCIATION"
DESCRIPTION = Text(
    "la asociación dice que no hay nadie asociado", "the association says that nobody is associated"
)

_STATUS = 8


class Denying(ServerConnection):
    """Does not remember that it associated."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, rights = entries[CURRENT_ASSOCIATION]
            wrong = axdr.enum(AssociationStatus.NON_ASSOCIATED)
            getters = {**item.getters, _STATUS: constant(wrong)}
            entries[CURRENT_ASSOCIATION] = (dataclasses.replace(item, getters=getters), rights)
        return answer


PARTS = with_server(Denying)
