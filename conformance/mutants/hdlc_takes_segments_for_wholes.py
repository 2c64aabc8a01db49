"""A meter to which each segment is a whole APDU."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_INFO_P1"
DESCRIPTION = Text("toma cada segmento por un todo", "takes each segment for a whole")


class Hasty(ServerLink):
    """Does not see that a segment is not the last."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """Take it for the last."""
        return super().take_information(dataclasses.replace(frame, segmented=False))


PARTS = with_link(Hasty)
