"""A meter that takes a client address of any length."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.frame import Frame

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N1"
DESCRIPTION = Text("admite direcciones de cliente largas", "takes long client addresses")


class Roomy(HdlcServer):
    """Looks at its own address alone."""

    def _address_fault(self, frame: Frame) -> str | None:
        fault = super()._address_fault(frame)
        return None if frame.source.size != 1 and frame.destination.upper in self.server_saps else fault


PARTS = with_server(Roomy)
