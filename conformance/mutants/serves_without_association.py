"""A meter that serves whoever asks, associated or not."""

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU, InitiateRequest

CLAUSE = "dlms-yb/APPL_IDLE_N1"
DESCRIPTION = Text("atiende sin asociación", "serves without association")

_OPEN = Aarq(user_information=InitiateRequest(IMPLEMENTED, UNLIMITED_PDU)).to_bytes()


class Welcoming(Retouching):
    """Associates a stranger by itself."""

    __slots__ = ()

    def receive_apdu(self, apdu: bytes, client_sap: int, server_sap: int, now_s: float = 0.0) -> bytes | None:
        """As the right one, but nobody needs to associate."""
        if self.opened(client_sap, server_sap) is None and apdu[:1] != bytes((Aarq.tag,)):
            self._associate(_OPEN, client_sap, server_sap)
        return super().receive_apdu(apdu, client_sap, server_sap, now_s)


PARTS = with_server(Welcoming)
