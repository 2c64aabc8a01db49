"""A meter that takes octets for a frame, flags or not."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.frame import FLAG

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N1"
DESCRIPTION = Text("no exige banderas", "needs no flags")


_FLAG = bytes((FLAG,))


class Flagless(HdlcServer):
    """Puts the flags around what comes where they are not."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take what comes at once for whole frames."""
        if data:
            data = (
                (b"" if data.startswith(_FLAG) else _FLAG) + data + (b"" if data.endswith(_FLAG) else _FLAG)
            )
        return super().receive_data(data, now_s)


PARTS = with_server(Flagless)
