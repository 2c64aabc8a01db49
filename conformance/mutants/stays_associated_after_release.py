"""A meter that confirms a release and goes on serving."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_REL_P1"
DESCRIPTION = Text("sigue asociado después de liberar", "stays associated after the release")


class Clinging(ServerConnection):
    """Says goodbye and stays."""

    __slots__ = ()

    def _release(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        association = self._associations.get((client_sap, server_sap))
        answer = super()._release(apdu, client_sap, server_sap)
        if association is not None:
            self._associations[client_sap, server_sap] = association
        return answer


PARTS = with_server(Clinging)
