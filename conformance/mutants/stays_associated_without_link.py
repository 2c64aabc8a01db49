"""A meter whose association outlives the data link that it was opened on."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_REL_P1"
DESCRIPTION = Text("la asociación sobrevive al enlace", "the association outlives its link")
FRAMING = "hdlc"  # with the wrapper the connection itself is the link


class Loyal(ServerConnection):
    """Does not notice that its client went."""

    __slots__ = ()

    def link_lost(self, client_sap: int | None = None) -> None:
        """Forget nothing."""


PARTS = with_server(Loyal)
