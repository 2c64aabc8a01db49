"""A meter that waits for the rest of half a frame for ever."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.errors import FrameError
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.splitter import FrameSplitter

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_P2"
DESCRIPTION = Text("espera sin fin el resto de una trama", "waits without end for the rest of a frame")


class Trusting(FrameSplitter):
    """Believes a length before its check sequence came."""

    __slots__ = ()

    def _early_fault(self, _end: int) -> FrameError | None:
        return None


class Patient(HdlcServer):
    """Knows no time-out between octets."""

    def __init__(self, *given: object, **terms: object) -> None:
        super().__init__(*given, **(terms | {"inter_octet_timeout_s": 0.0}))  # type: ignore[arg-type]
        self._splitter = Trusting()


PARTS = with_server(Patient)
