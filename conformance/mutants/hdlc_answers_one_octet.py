"""A meter that answers to its address in one octet, too, which it does not declare."""

import dataclasses

from conformance.mutants._hdlc import FRAMING
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import hdlc_server
from sim.meter.profile import PortTerms

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_ADDRESS_N6"
DESCRIPTION = Text("contesta a una dirección de un octeto", "answers to an address of one octet")


def _obliging(terms: PortTerms) -> HdlcServer:
    return hdlc_server(dataclasses.replace(terms, hdlc_address_bytes=(1, 2, 4)))


PARTS = dataclasses.replace(DEFAULT_PARTS, hdlc_server=_obliging)
