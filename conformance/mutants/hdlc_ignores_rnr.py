"""A meter that sends to a client that said it is not ready."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_BUSY"
DESCRIPTION = Text("no hace caso de RNR", "takes no notice of RNR")


class Pushy(ServerLink):
    """Knows RR only."""

    def take_busy(self, frame: Frame) -> ServerState | None:
        """RNR is as good as RR."""
        return self.take_ready(frame)


PARTS = with_link(Pushy)
