"""A meter whose association object gives the password."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms import axdr
from protocols.dlms.cosem.device import CURRENT_ASSOCIATION
from protocols.dlms.cosem.objects import constant
from protocols.dlms.cosem.rights import full_access
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/7.3"
DESCRIPTION = Text("deja leer la contraseña", "lets the password be read")

_SECRET = 7


class Indiscreet(ServerConnection):
    """Keeps no secret."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        association = self._associations.get((client_sap, server_sap))
        if association is not None:
            entries = association.view._entries  # noqa: SLF001 - a mutant, wrong on purpose
            item, _rights = entries[CURRENT_ASSOCIATION]
            secret = axdr.octet_string(association.profile.password or b"")
            item = dataclasses.replace(item, getters={**item.getters, _SECRET: constant(secret)})
            entries[CURRENT_ASSOCIATION] = (item, full_access(item))
        return answer


PARTS = with_server(Indiscreet)
