"""A meter that does not look at what is acknowledged to it."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_INFO_N2"
DESCRIPTION = Text("no mira el N(R)", "does not look at N(R)")


class Deaf(ServerLink):
    """Answers every RR with RR."""

    def take_ready(self, frame: Frame) -> ServerState | None:
        """As the right one, but a number that was never sent is no fault."""
        self.transfer.acknowledge(frame.control.n_r)
        self.transfer.peer_busy = False
        self.transfer.rewind()
        self._polled = self._polled or frame.control.poll_final
        return None


PARTS = with_link(Deaf)
