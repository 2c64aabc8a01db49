"""Mutants of HDLC addressing (HDLC_ADDRESS)."""

import dataclasses

from conformance.mutants._bases import Presuming
from conformance.mutants._parts import HDLC_LINK, HDLC_STATION, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.frame import Fault, Frame, HdlcAddress
from protocols.dlms.hdlc.server import ServerLink
from sim.meter.parts import hdlc_server
from sim.meter.profile import PortTerms


@mutant(
    "hdlc-takes-long-client-addresses",
    "dlms-yb/HDLC_ADDRESS_N1",
    Message("takes long client addresses"),
    HDLC_STATION,
)
class HdlcTakesLongClientAddresses(Presuming):
    """A meter that takes a client address of any length."""

    fault = Fault.BAD_CLIENT_ADDRESS


@mutant(
    "hdlc-answers-strangers",
    "dlms-yb/HDLC_ADDRESS_N4",
    Message("answers for another physical device"),
    HDLC_STATION,
)
class HdlcAnswersStrangers(HdlcServer):
    """A meter that answers for another physical device on its line."""

    def _address_fault(self, frame: Frame) -> str | None:
        return None if frame.destination.upper in self.server_saps else super()._address_fault(frame)


@mutant(
    "hdlc-answers-one-octet",
    "dlms-yb/HDLC_ADDRESS_N6",
    Message("answers to an address of one octet"),
    part("hdlc_server"),
    framing="hdlc",
)
def hdlc_answers_one_octet(terms: PortTerms) -> HdlcServer:
    """A meter that answers to its address in one octet, too, which it does not declare."""
    return hdlc_server(dataclasses.replace(terms, hdlc_address_bytes=(1, 2, 4)))


@mutant(
    "hdlc-answers-odd-addresses",
    "dlms-yb/HDLC_ADDRESS_N7",
    Message("answers to destinations of three and five octets"),
    HDLC_STATION,
)
class HdlcAnswersOddAddresses(Presuming):
    """A meter that answers to destinations of three and five octets."""

    fault = Fault.BAD_ADDRESS_SIZE


@mutant(
    "hdlc-answers-by-short-address",
    "dlms-yb/HDLC_ADDRESS_P1",
    Message("answers from its one-octet address"),
    HDLC_LINK,
)
class HdlcAnswersByShortAddress(ServerLink):
    """A meter that answers from its one-octet address, whichever it was called by."""

    def frames_to_send(self) -> list[Frame]:
        """The right frames from the wrong address."""
        own = HdlcAddress(self.server_sap)
        return [dataclasses.replace(frame, source=own) for frame in super().frames_to_send()]
