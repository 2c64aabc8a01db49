"""A meter that gives the next block of a long read whichever block it is asked for."""

import dataclasses

from conformance.mutants._dlms import with_server
from conformance.text import Text
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import Association
from protocols.dlms.server import ServerConnection
from protocols.dlms.xdlms.get import GetRequestNext

CLAUSE = "dlms-yb/APPL_DATA_LN_N1"
DESCRIPTION = Text(
    "no mira el número del bloque que le piden", "does not look at the number of the block asked for"
)

_NEXT = bytes((GetRequestNext.tag, GetRequestNext.choice))


class Inattentive(ServerConnection):
    """Takes every request for the next block as the right one."""

    __slots__ = ()

    def _served(self, association: Association, apdu: bytes) -> bytes | None:
        outgoing = association.transfers.get
        request = decode_apdu(apdu) if apdu[:2] == _NEXT else None
        if outgoing is not None and isinstance(request, GetRequestNext):
            apdu = dataclasses.replace(request, block_number=outgoing.sender.block_number).to_bytes()
        return super()._served(association, apdu)


PARTS = with_server(Inattentive)
