"""A meter that opens ded- requests with its global key where no dedicated one was given."""

from conformance.mutants._dlms import Retouching, with_server
from conformance.text import Text
from protocols.dlms.security.gcm import Cipher

CLAUSE = "dlms-yb/SYMSEC_0_DedKey_N1"
DESCRIPTION = Text(
    "abre con la clave global lo que va con la dedicada",
    "opens with the global key what goes under a dedicated one",
)


class Resourceful(Retouching):
    """Any key is good enough."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self.opened(client_sap, server_sap)
        protection = None if association is None else association.protection
        if protection is not None and protection.dedicated is None:
            keys = protection.device.keys
            protection.dedicated = Cipher(keys.guek, keys.gak)
        return answer


PARTS = with_server(Resourceful)
