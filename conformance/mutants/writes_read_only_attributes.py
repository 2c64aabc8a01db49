"""A meter that says yes to a write that it may not do."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_DATA_LN_N3"
DESCRIPTION = Text("da por hecha una escritura prohibida", "says that a forbidden write was done")

_SET_RESPONSE, _SUCCESS = bytes.fromhex("c501"), b"\x00"
_DENIED = bytes((DataAccessResult.READ_WRITE_DENIED,))


class Polite(ServerConnection):
    """Never says no to a write."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        denied = answer is not None and answer[:2] == _SET_RESPONSE and answer[3:] == _DENIED
        return answer[:3] + _SUCCESS if answer and denied else answer


PARTS = with_server(Polite)
