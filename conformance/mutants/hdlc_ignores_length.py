"""A meter that finds the end of a frame by its flag and looks at no length."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.fcs import fcs_octets

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N4"
DESCRIPTION = Text("no mira la longitud de la trama", "looks at no length of a frame")


_FORMAT_END = 3
_CHECK_AND_FLAG = 3


class Lengthless(HdlcServer):
    """Writes the right length over whatever came."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take what comes at once for one frame."""
        body = data[1:-_CHECK_AND_FLAG]
        if len(data) > _FORMAT_END and data[-_CHECK_AND_FLAG:-1] == fcs_octets(body):
            length = len(data) - 2
            body = bytes((body[0] & 0xF8 | length >> 8, length & 0xFF)) + body[2:]
            data = data[:1] + body + fcs_octets(body) + data[-1:]
        return super().receive_data(data, now_s)


PARTS = with_server(Lengthless)
