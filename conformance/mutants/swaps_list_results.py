"""A meter that answers a list of references from the last one to the first."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.get import GetRequestWithList

CLAUSE = "dlms-yb/7.3.11"
DESCRIPTION = Text("contesta una lista en el orden contrario", "answers a list in the opposite order")

_LIST = bytes((GetRequestWithList.tag, GetRequestWithList.choice))


class Backwards(ServerConnection):
    """Reads the list from its end."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        request = decode_apdu(apdu) if apdu[:2] == _LIST else None
        if isinstance(request, GetRequestWithList):
            apdu = dataclasses.replace(request, references=request.references[::-1]).to_bytes()
        return super()._served(association, apdu)


PARTS = with_server(Backwards)
