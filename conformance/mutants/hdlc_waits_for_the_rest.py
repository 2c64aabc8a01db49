"""A meter that waits for the rest of half a frame for ever."""

from conformance.mutants._hdlc import FRAMING, with_server
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_P2"
DESCRIPTION = Text("espera sin fin el resto de una trama", "waits without end for the rest of a frame")


class Patient(HdlcServer):
    """Knows no time-out between octets."""

    def __init__(self, *given: object, **terms: object) -> None:
        super().__init__(*given, **(terms | {"inter_octet_timeout_s": 0.0}))  # type: ignore[arg-type]


PARTS = with_server(Patient)
