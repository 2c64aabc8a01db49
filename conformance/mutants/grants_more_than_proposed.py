"""A meter that grants every service it has, asked for or not."""

from conformance.mutants._dlms import Retouching, with_initiate, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_1"
DESCRIPTION = Text("concede servicios que nadie propuso", "grants services that nobody proposed")


class Generous(Retouching):
    """Takes any proposal for all services."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Propose everything in the client's place."""
        return with_initiate(aarq, conformance=IMPLEMENTED)


PARTS = with_server(Generous)
