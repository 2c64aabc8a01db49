"""A meter that refuses a whole list when one of its references is wrong."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.get import GetResponseNormal, GetResponseWithList

CLAUSE = "dlms-yb/EXTRA_ANSWERS"
DESCRIPTION = Text(
    "rechaza la lista entera por una referencia errónea", "refuses a whole list for one wrong reference"
)

_LIST = bytes((GetResponseWithList.tag, GetResponseWithList.choice))


class AllOrNothing(ServerConnection):
    """Reads a list whole or not at all."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        response = decode_apdu(answer) if answer and answer[:2] == _LIST else None
        if not isinstance(response, GetResponseWithList):
            return answer
        error = next((result for result in response.results if isinstance(result, DataAccessResult)), None)
        return answer if error is None else GetResponseNormal(response.invoke, error).to_bytes()


PARTS = with_server(AllOrNothing)
