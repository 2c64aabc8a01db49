"""A meter that takes a dedicated key and does not open what comes under it."""

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text

CLAUSE = "dlms-yb/SYMSEC_0_SecDataX_P1"
DESCRIPTION = Text("no atiende bajo la clave dedicada", "does not serve under the dedicated key")


class Forgetful(Retouching):
    """Loses the dedicated key as soon as the association is open."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self.opened(client_sap, server_sap)
        if association is not None and association.protection is not None:
            association.protection.dedicated = None
        return answer


PARTS = with_server(Forgetful)
