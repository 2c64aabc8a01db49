"""A meter that accepts a client that proposes no service at all."""

from conformance.mutants._dlms import Retouching, initiate_of, with_initiate, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.cosem.device import AssociationProfile

CLAUSE = "dlms-yb/APPL_OPEN_13"
DESCRIPTION = Text("acepta una propuesta sin servicios", "accepts a proposal without services")


class Undemanding(Retouching):
    """Takes no service for all of them."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Propose everything where the client proposes nothing."""
        initiate = initiate_of(aarq)
        empty = initiate is not None and not initiate.conformance
        return with_initiate(aarq, conformance=IMPLEMENTED) if empty else aarq


PARTS = with_server(Undemanding)
