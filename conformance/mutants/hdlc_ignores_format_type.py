"""A meter to which every frame is of format type A."""

from conformance.mutants._hdlc import FRAMING, Forgiving, with_server
from conformance.text import Text
from protocols.dlms.hdlc.faults import Fault

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N3"
DESCRIPTION = Text("no mira el tipo de formato", "does not look at the format type")


class AnyFormat(Forgiving):
    """Looks at the length only."""

    fault = Fault.BAD_FORMAT_TYPE


PARTS = with_server(AnyFormat)
