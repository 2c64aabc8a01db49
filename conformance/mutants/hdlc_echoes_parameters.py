"""A meter that grants whatever is proposed, and can do less."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_NDM2NRM_P1"
DESCRIPTION = Text(
    "concede lo que le proponen sin poder cumplirlo", "grants what is proposed without being able to keep it"
)


class Echo(ServerLink):
    """Copies the information field of SNRM into UA."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but UA says what SNRM said."""
        override = super().accept_connection(frame)
        if frame.information:
            answer = self._control_frames.pop()
            self._control_frames.append(dataclasses.replace(answer, information=frame.information))
        return override


PARTS = with_link(Echo)
