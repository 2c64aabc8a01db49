"""A meter that leaves out the second block of a long read and numbers the others as if none were missing."""

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection

CLAUSE = "dlms-yb/APPL_OPEN_14"
DESCRIPTION = Text("se salta un bloque de una lectura larga", "skips a block of a long read")


class Skipping(ServerConnection):
    """Drops the piece that should follow the first block."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        answer = super()._served(association, apdu)
        outgoing = association.transfers.get
        if outgoing is not None and outgoing.sender.block_number == 1 and not outgoing.sender.done:
            outgoing.sender.next()
            outgoing.sender.block_number = 1
        return answer


PARTS = with_server(Skipping)
