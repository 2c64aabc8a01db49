"""A meter whose links never fall, however long the client is silent."""

import dataclasses

from conformance.mutants._hdlc import FRAMING
from conformance.text import Text
from protocols.dlms.hdlc import HdlcServer
from sim.meter import DEFAULT_PARTS
from sim.meter.parts import hdlc_server
from sim.meter.profile import PortTerms

__all__ = ["CLAUSE", "DESCRIPTION", "FRAMING", "PARTS"]

CLAUSE = "dlms-yb/HDLC_FRAME_P3"
DESCRIPTION = Text("el enlace no cae por inactividad", "the link does not fall by inactivity")


def _patient(terms: PortTerms) -> HdlcServer:
    return hdlc_server(dataclasses.replace(terms, hdlc_inactivity_time_out_s=0))


PARTS = dataclasses.replace(DEFAULT_PARTS, hdlc_server=_patient)
