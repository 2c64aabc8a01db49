"""A meter that confirms whatever control field it does not know."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N5"
DESCRIPTION = Text("confirma campos de control desconocidos", "confirms unknown control fields")


class Agreeable(ServerLink):
    """Says UA where it does not understand."""

    def reject_control(self, frame: Frame) -> ServerState:
        """Confirm it."""
        self._answer(frame, Kind.UA)
        return self.state


PARTS = with_link(Agreeable)
