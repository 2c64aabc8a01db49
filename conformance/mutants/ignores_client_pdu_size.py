"""A meter that sends answers of any length, whatever its client takes."""

from conformance.mutants._dlms import Retouching, with_initiate, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.cosem.device import AssociationProfile
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU

CLAUSE = "dlms-yb/APPL_OPEN_14"
DESCRIPTION = Text("pasa del PDU que admite el cliente", "sends more than the PDU size of its client")


class Verbose(Retouching):
    """Takes every client for one without limit."""

    __slots__ = ()

    def retouch(self, aarq: Aarq, profile: AssociationProfile) -> Aarq:
        """Say no limit in the client's place."""
        return with_initiate(aarq, max_receive_pdu=UNLIMITED_PDU)


PARTS = with_server(Verbose)
