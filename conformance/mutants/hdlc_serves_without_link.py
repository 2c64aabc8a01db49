"""A meter that takes I-frames before anybody connected."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_NDMOP_N1"
DESCRIPTION = Text("atiende tramas I sin conexión", "serves I-frames without a link")


class Hasty(ServerLink):
    """Does not wait for SNRM."""

    def take(self, frame: Frame, now_s: float, *, held: bool = False) -> None:
        """As the right one, but the first I-frame is as good as an SNRM."""
        if frame.kind is Kind.I and self.state is ServerState.DISCONNECTED:
            self.state = ServerState.CONNECTED
        super().take(frame, now_s, held=held)


PARTS = with_link(Hasty)
