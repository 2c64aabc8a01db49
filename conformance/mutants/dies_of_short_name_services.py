"""A meter that ends the association when it is asked by a short name."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection
from protocols.dlms.services import exceptions

CLAUSE = "dlms-yb/APPL_DATA_LN_N4"
DESCRIPTION = Text(
    "un servicio de nombre corto acaba con la asociación", "a short-name service ends the association"
)


class Touchy(ServerConnection):
    """Gives up at a service that it does not know."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer == exceptions.UNKNOWN_SERVICE:
            self.link_lost(association.facts.client_sap)
        return answer


PARTS = with_server(Touchy)
