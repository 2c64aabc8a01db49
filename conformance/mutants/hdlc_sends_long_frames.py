"""A meter that sends its answers in frames of any length."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState
from protocols.dlms.hdlc.transfer import Transfer

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_SEGMENTS"
DESCRIPTION = Text("manda tramas más largas de lo acordado", "sends longer frames than agreed")


class Boundless(ServerLink):
    """Agrees on a length, and sends as it likes."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """Agree, and forget it."""
        following = super().accept_connection(frame)
        self.transfer = Transfer(dataclasses.replace(self.transfer.parameters, max_info_tx=2030))
        return following


PARTS = with_link(Boundless)
