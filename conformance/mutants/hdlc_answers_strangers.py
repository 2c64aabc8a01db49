"""A meter that answers for another physical device on its line."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.frame import Frame

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N4"
DESCRIPTION = Text("contesta por otro dispositivo físico", "answers for another physical device")


class AnyPhysical(HdlcServer):
    """Looks at the upper address only."""

    def _address_fault(self, frame: Frame) -> str | None:
        return None if frame.destination.upper in self.server_saps else super()._address_fault(frame)


PARTS = with_server(AnyPhysical)
