"""A meter that ends the association when a request does not decode."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection
from protocols.dlms.services import exceptions

CLAUSE = "dlms-yb/APPL_DATA_LN_N1"
DESCRIPTION = Text("una petición deforme acaba con la asociación", "a malformed request ends the association")


class Fragile(ServerConnection):
    """Gives up at the first fault."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer == exceptions.MALFORMED:
            self.link_lost(association.facts.client_sap)
        return answer


PARTS = with_server(Fragile)
