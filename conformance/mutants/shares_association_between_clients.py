"""A meter to which an association of one client is good for every other on the same link."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_IDLE_N1"
DESCRIPTION = Text(
    "la asociación de un cliente vale para otro", "the association of one client is good for another"
)


class Communal(ServerConnection):
    """Finds an association by the device alone."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but a stranger speaks in the name of whoever is associated."""
        if (client_sap, server_sap) not in self._associations and apdu[:1] != bytes((Aarq.tag,)):
            client_sap = next((client for client, _ in self._associations), client_sap)
        return super().receive_apdu(apdu, client_sap, server_sap, now_s)


PARTS = with_server(Communal)
