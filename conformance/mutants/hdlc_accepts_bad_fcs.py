"""A meter that does not look at the FCS of a frame."""

from conformance.mutants._hdlc import FRAMING, Forgiving, with_server
from conformance.text import Text
from protocols.dlms.hdlc.faults import Fault

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_N8"
DESCRIPTION = Text("no mira la FCS", "does not look at the FCS")


class NoFcs(Forgiving):
    """Takes whatever has the right length."""

    fault = Fault.BAD_FCS


PARTS = with_server(NoFcs)
