"""A meter that accepts a dedicated key in the plain context and then has lost the association."""

from conformance.mutants._dlms import initiate_of, with_server
from conformance.text import Text
from protocols.dlms.acse import Aarq
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_OPEN_9"
DESCRIPTION = Text(
    "la clave dedicada sin cifrado daña la asociación",
    "a dedicated key without ciphering spoils the association",
)


class Confused(ServerConnection):
    """Looks for a key that it will not need."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        aarq = decode_apdu(apdu)
        initiate = initiate_of(aarq) if isinstance(aarq, Aarq) else None
        if initiate is not None and initiate.dedicated_key is not None:
            self._associations.pop((client_sap, server_sap), None)
        return answer


PARTS = with_server(Confused)
