"""A meter that opens associations of DLMS version 5."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.acse import Aare
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.initiate import InitiateResponse

CLAUSE = "dlms-yb/APPL_OPEN_1"
DESCRIPTION = Text("dice la versión 5 de DLMS", "says DLMS version 5")


class Outdated(ServerConnection):
    """Says another version than it speaks."""

    __slots__ = ()

    def _associate(self, apdu: bytes, client_sap: int, server_sap: int) -> bytes:
        answer = super()._associate(apdu, client_sap, server_sap)
        aare = decode_apdu(answer)
        response = aare.user_information if isinstance(aare, Aare) else None
        if not isinstance(aare, Aare) or not isinstance(response, InitiateResponse):
            return answer
        return dataclasses.replace(aare, user_information=dataclasses.replace(response, version=5)).to_bytes()


PARTS = with_server(Outdated)
