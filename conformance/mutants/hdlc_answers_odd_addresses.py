"""A meter that answers to destinations of three and five octets."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.splitter import BadFrame

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N7"
DESCRIPTION = Text(
    "contesta a destinos de tres y cinco octetos", "answers to destinations of three and five octets"
)


_PUBLIC_SAP = 16


class Eager(HdlcServer):
    """Takes an address that cannot be for its own, and the frame for an SNRM."""

    def _take_bad(self, bad: BadFrame) -> None:
        if bad.error.fault != Fault.BAD_ADDRESS_SIZE:
            super()._take_bad(bad)
            return
        size = min(self.address_bytes)
        own = HdlcAddress(min(self.server_saps), None if size == 1 else self.physical_address, size)
        snrm = Frame(own, HdlcAddress(_PUBLIC_SAP), Control(Kind.SNRM, True))
        self._take_frame(snrm, bad.raw, self._last_octet_s)


PARTS = with_server(Eager)
