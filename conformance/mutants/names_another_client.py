"""A meter whose association object names another client than the one that speaks."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.cosem.objects import constant
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/7.3.6"
DESCRIPTION = Text("la asociación nombra a otro cliente", "the association names another client")

_PARTNERS = 3


class Mistaken(ServerConnection):
    """Writes down the wrong client address."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, rights = entries[CURRENT_ASSOCIATION]
            wrong = axdr.structure(axdr.integer(client_sap + 1), axdr.long_unsigned(server_sap))
            getters = {**item.getters, _PARTNERS: constant(wrong)}
            entries[CURRENT_ASSOCIATION] = (dataclasses.replace(item, getters=getters), rights)
        return answer


PARTS = with_server(Mistaken)
