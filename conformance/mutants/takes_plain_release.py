"""A meter that lets anybody release an association that ciphers."""

import dataclasses

from conformance.text import Text
from protocols.dlms.server import ServerConnection
from sim.meter import DEFAULT_PARTS

CLAUSE = "dlms-yb/SYMSEC_REL_N1"
DESCRIPTION = Text(
    "libera una asociación cifrada sin protección", "releases a ciphered association without protection"
)


class Obliging(ServerConnection):
    """Remembers not how an association was opened."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            association.least = 0
        return answer


PARTS = dataclasses.replace(DEFAULT_PARTS, server_connection=Obliging)
