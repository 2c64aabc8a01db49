"""A meter that does not give back the invoke-id of a request."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/EXTRA_ANSWERS"
DESCRIPTION = Text(
    "no devuelve el identificador de la petición", "does not give back the invoke-id of a request"
)

_RESPONSES = frozenset({0xC4, 0xC5, 0xC7})
_INVOKE_ID = 0x0F


class Absent(ServerConnection):
    """Numbers its answers by itself."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        if answer is None or answer[0] not in _RESPONSES:
            return answer
        return answer[:2] + bytes((answer[2] & ~_INVOKE_ID,)) + answer[3:]


PARTS = with_server(Absent)
