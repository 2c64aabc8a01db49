"""A meter that reads null-data from objects that it does not have."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_DATA_LN_N1"
DESCRIPTION = Text(
    "lee un valor nulo de objetos que no existen", "reads null-data from objects that do not exist"
)

_GET_RESPONSE, _NULL = bytes.fromhex("c401"), bytes.fromhex("0000")
_UNDEFINED = bytes((1, DataAccessResult.OBJECT_UNDEFINED))


class Obliging(ServerConnection):
    """Never says that it has no such object."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        unknown = answer is not None and answer[:2] == _GET_RESPONSE and answer[3:] == _UNDEFINED
        return answer[:3] + _NULL if answer and unknown else answer


PARTS = with_server(Obliging)
