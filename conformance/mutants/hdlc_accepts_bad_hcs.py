"""A meter that does not look at the HCS of a frame."""

from conformance.mutants._hdlc import FRAMING, Forgiving, with_server
from conformance.text import Text
from protocols.dlms.hdlc.faults import Fault

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N7"
DESCRIPTION = Text("no mira la HCS", "does not look at the HCS")


class NoHcs(Forgiving):
    """Looks at the end of the frame only."""

    fault = Fault.BAD_HCS


PARTS = with_server(NoHcs)
