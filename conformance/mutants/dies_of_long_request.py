"""A meter that ends the association when a request is longer than it takes."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.server import ServerConnection
from protocols.dlms.services import exceptions

CLAUSE = "dlms-yb/EXTRA_ANSWERS"
DESCRIPTION = Text(
    "una petición demasiado larga acaba con la asociación", "a request too long ends the association"
)


class Overwhelmed(ServerConnection):
    """Gives up where it should refuse."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but there is no association after too long a request."""
        answer = super().receive_apdu(apdu, client_sap, server_sap, now_s)
        if answer == exceptions.TOO_LONG:
            self.link_lost(client_sap)
        return answer


PARTS = with_server(Overwhelmed)
