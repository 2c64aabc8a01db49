"""A meter that rejects a client by words and serves it all the same."""

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.conformance_block import IMPLEMENTED
from protocols.dlms.xdlms.initiate import UNLIMITED_PDU, InitiateRequest

CLAUSE = "dlms-yb/APPL_OPEN_7"
DESCRIPTION = Text("atiende a quien acaba de rechazar", "serves whom it has just rejected")


class Inconsistent(Retouching):
    """Forgets its own refusal."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        rejected = super()._associate(apdu, client_sap, server_sap)
        device = self._devices.get(server_sap)
        profile = None if device is None else device.association(client_sap)
        if profile is not None and profile.password and self.opened(client_sap, server_sap) is None:
            initiate = InitiateRequest(IMPLEMENTED, UNLIMITED_PDU)
            super()._associate(
                Aarq.with_password(profile.password, initiate).to_bytes(), client_sap, server_sap
            )
        return rejected


PARTS = with_server(Inconsistent)
