"""A meter to which a repeated I-frame is a new one."""

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.control import MODULUS
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.tables import ServerState

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_DUPLICATE"
DESCRIPTION = Text("entrega dos veces la trama repetida", "delivers a repeated frame twice")


class Forgetful(ServerLink):
    """Does not remember the last frame."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """As the right one, but the frame before counts as the next."""
        if frame.control.n_s == (self.transfer.v_r - 1) % MODULUS:
            self.transfer.v_r = frame.control.n_s
        return super().take_information(frame)


PARTS = with_link(Forgetful)
