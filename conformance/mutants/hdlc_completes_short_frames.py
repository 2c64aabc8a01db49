"""A meter that completes a frame whose end was lost."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import FLAG, Frame

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N2"
DESCRIPTION = Text("completa tramas cortadas", "completes frames that were cut short")


_PUBLIC_SAP = 16
# flag, format, the shortest addresses, and no more
_GUESSED_OCTETS = 6


class Guessing(HdlcServer):
    """Half a frame of its client must have been an SNRM."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Guess at what is too short."""
        events = super().receive_data(data, now_s)
        if len(data) <= _GUESSED_OCTETS and data[:1] == data[-1:] == bytes((FLAG,)) and len(data) > 2:
            size = min(self.address_bytes)
            own = HdlcAddress(min(self.server_saps), None if size == 1 else self.physical_address, size)
            self._take_frame(Frame(own, HdlcAddress(_PUBLIC_SAP), Control(Kind.SNRM, True)), data, now_s)
        return events + self._drain_events()


PARTS = with_server(Guessing)
