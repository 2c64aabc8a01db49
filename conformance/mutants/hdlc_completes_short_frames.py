"""A meter that completes a frame whose end was lost."""

from conformance.mutants._hdlc import FRAMING, Presuming, with_server
from conformance.text import Text
from protocols.dlms.framing import Event
from protocols.dlms.hdlc.frame import FLAG

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N2"
DESCRIPTION = Text("completa tramas cortadas", "completes frames that were cut short")

_FLAG = bytes((FLAG,))
# flag, format, the shortest addresses, flag
_SHORT = range(3, 7)


class Guessing(Presuming):
    """What is too short must have been an SNRM."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Guess at what is too short."""
        events = super().receive_data(data, now_s)
        if len(data) in _SHORT and data.startswith(_FLAG) and data.endswith(_FLAG):
            self._take_frame(self.presumed(), data, now_s)
        return events + self._drain_events()


PARTS = with_server(Guessing)
