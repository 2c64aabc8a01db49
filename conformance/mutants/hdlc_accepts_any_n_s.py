"""A meter that takes I-frames in whatever order they come."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_INFO_N3"
DESCRIPTION = Text("acepta cualquier N(S)", "takes any N(S)")


class AnyOrder(ServerLink):
    """Believes the number of each frame."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """As the right one, but each frame is the one that was expected."""
        self.transfer.v_r = frame.control.n_s
        return super().take_information(frame)


PARTS = with_link(AnyOrder)
