"""A meter that serves every service that it has, whatever the association was opened with."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/EXTRA_SERVICES"
DESCRIPTION = Text("atiende servicios que no se acordaron", "serves services that were not agreed")


class Untroubled(ServerConnection):
    """Forgets what was agreed."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            association.facts = dataclasses.replace(association.facts, conformance=int(IMPLEMENTED))
        return answer


PARTS = with_server(Untroubled)
