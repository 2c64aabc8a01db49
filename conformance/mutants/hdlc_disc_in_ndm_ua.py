"""A meter that confirms the end of a link that is not there."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_P1"
DESCRIPTION = Text("a DISC sin conexión contesta UA", "answers DISC in NDM with UA")


class Polite(ServerLink):
    """Says UA to every DISC."""

    def answer_disconnected(self, frame: Frame) -> None:
        """DM to everything but DISC."""
        if frame.kind is Kind.DISC:
            self._answer(frame, Kind.UA)
        else:
            super().answer_disconnected(frame)


PARTS = with_link(Polite)
