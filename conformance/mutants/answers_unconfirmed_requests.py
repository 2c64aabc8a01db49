"""A meter that answers requests that are to get no answer."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/EXTRA_ANSWERS"
DESCRIPTION = Text("contesta peticiones sin confirmar", "answers unconfirmed requests")

_REQUESTS = frozenset({0xC1, 0xC3})
_CONFIRMED = 0x40


class Talkative(ServerConnection):
    """Takes every request for a confirmed one."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        if apdu[0] in _REQUESTS and len(apdu) > 2:
            apdu = apdu[:2] + bytes((apdu[2] | _CONFIRMED,)) + apdu[3:]
        return super()._served(association, apdu)


PARTS = with_server(Talkative)
