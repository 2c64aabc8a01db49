"""A meter that answers to destinations of three and five octets."""

from conformance.mutants._hdlc import FRAMING, Presuming, with_server
from conformance.text import Text
from protocols.dlms.hdlc.faults import Fault

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N7"
DESCRIPTION = Text(
    "contesta a destinos de tres y cinco octetos", "answers to destinations of three and five octets"
)


class Eager(Presuming):
    """Takes an address that cannot be for its own."""

    fault = Fault.BAD_ADDRESS_SIZE


PARTS = with_server(Eager)
