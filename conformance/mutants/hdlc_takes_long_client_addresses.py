"""A meter that takes a client address of any length."""

from conformance.mutants._hdlc import FRAMING, Presuming, with_server
from conformance.text import Text
from protocols.dlms.hdlc.faults import Fault

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N1"
DESCRIPTION = Text("admite direcciones de cliente largas", "takes long client addresses")


class Roomy(Presuming):
    """Reads the end of a long client address alone."""

    fault = Fault.BAD_CLIENT_ADDRESS


PARTS = with_server(Roomy)
