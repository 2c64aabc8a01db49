"""A meter that sends seven frames in a row, whatever window was agreed."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_NDM2NRM_P2"
DESCRIPTION = Text("no respeta la ventana", "does not respect the window")


class WideWindow(ServerLink):
    """Sends until it runs out of numbers."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but the window of the UA is not kept."""
        override = super().accept_connection(frame)
        self.transfer.parameters = dataclasses.replace(self.transfer.parameters, window_tx=7)
        return override


PARTS = with_link(WideWindow)
