"""A meter that takes information fields of any length."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_INFO_N1"
DESCRIPTION = Text(
    "acepta campos de información demasiado largos", "takes information fields that are too long"
)


class AnyLength(ServerLink):
    """Reads as long as the frame is."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but the limit of the UA is not kept."""
        override = super().accept_connection(frame)
        self.transfer.parameters = dataclasses.replace(self.transfer.parameters, max_info_rx=2030)
        return override


PARTS = with_link(AnyLength)
