"""A meter that does not look at the DLMS version."""

from conformance.mutants._dlms import Retouching, with_initiate, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.xdlms.initiate import DLMS_VERSION

CLAUSE = "dlms-yb/APPL_OPEN_12"
DESCRIPTION = Text("acepta la versión 5 de DLMS", "accepts DLMS version 5")


class Timeless(Retouching):
    """Takes any version for its own."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say version 6 in the client's place."""
        return with_initiate(aarq, version=DLMS_VERSION)


PARTS = with_server(Timeless)
