"""A meter that answers from its one-octet address, whichever it was called by."""

import dataclasses

from conformance.mutants._hdlc import FRAMING, with_link
from conformance.text import Text
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server_link import ServerLink

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_P1"
DESCRIPTION = Text("contesta desde su dirección de un octeto", "answers from its one-octet address")


class Curt(ServerLink):
    """Leaves its lower address out."""

    def frames_to_send(self) -> list[Frame]:
        """The right frames from the wrong address."""
        own = HdlcAddress(self.server_sap)
        return [dataclasses.replace(frame, source=own) for frame in super().frames_to_send()]


PARTS = with_link(Curt)
