"""Mutants of the HDLC frame and its time-outs (HDLC_FRAME)."""

import dataclasses

from conformance.mutants._bases import Forgiving, Presuming
from conformance.mutants._parts import HDLC_LINK, HDLC_STATION, part
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.errors import FrameError
from protocols.dlms.framing import Event
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.frame import FLAG, Fault, Frame, fcs_octets
from protocols.dlms.hdlc.server import ServerLink
from protocols.dlms.hdlc.splitter import FrameSplitter
from protocols.dlms.hdlc.states import ServerState
from sim.meter.parts import hdlc_server
from sim.meter.profile import PortTerms

_FLAG = bytes((FLAG,))


@mutant("hdlc-needs-no-flags", "dlms-yb/HDLC_FRAME_N1", Message("needs no flags"), HDLC_STATION)
class HdlcNeedsNoFlags(HdlcServer):
    """A meter that takes octets for a frame, flags or not."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take what comes at once for whole frames."""
        if data:
            data = (
                (b"" if data.startswith(_FLAG) else _FLAG) + data + (b"" if data.endswith(_FLAG) else _FLAG)
            )
        return super().receive_data(data, now_s)


_SHORT = range(3, 7)  # flag, format, the shortest addresses, flag


@mutant(
    "hdlc-completes-short-frames",
    "dlms-yb/HDLC_FRAME_N2",
    Message("completes frames that were cut short"),
    HDLC_STATION,
)
class HdlcCompletesShortFrames(Presuming):
    """A meter that completes a frame whose end was lost."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Guess at what is too short."""
        events = super().receive_data(data, now_s)
        if len(data) in _SHORT and data.startswith(_FLAG) and data.endswith(_FLAG):
            self._take_frame(self.presumed(), data, now_s)
        return events + self._drain_events()


@mutant(
    "hdlc-ignores-format-type",
    "dlms-yb/HDLC_FRAME_N3",
    Message("does not look at the format type"),
    HDLC_STATION,
)
class HdlcIgnoresFormatType(Forgiving):
    """A meter to which every frame is of format type A."""

    fault = Fault.BAD_FORMAT_TYPE


_FORMAT_END = 3


_CHECK_AND_FLAG = 3


@mutant(
    "hdlc-ignores-length",
    "dlms-yb/HDLC_FRAME_N4",
    Message("looks at no length of a frame"),
    HDLC_STATION,
)
class HdlcIgnoresLength(HdlcServer):
    """A meter that finds the end of a frame by its flag and looks at no length."""

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take what comes at once for one frame."""
        body = data[1:-_CHECK_AND_FLAG]
        if len(data) > _FORMAT_END and data[-_CHECK_AND_FLAG:-1] == fcs_octets(body):
            length = len(data) - 2
            body = bytes((body[0] & 0xF8 | length >> 8, length & 0xFF)) + body[2:]
            data = data[:1] + body + fcs_octets(body) + data[-1:]
        return super().receive_data(data, now_s)


@mutant(
    "hdlc-confirms-unknown-control",
    "dlms-yb/HDLC_FRAME_N5",
    Message("confirms unknown control fields"),
    HDLC_LINK,
)
class HdlcConfirmsUnknownControl(ServerLink):
    """A meter that confirms whatever control field it does not know."""

    def reject_control(self, frame: Frame) -> ServerState:
        """Confirm it."""
        self._answer(frame, Kind.UA)
        return self.state


@mutant(
    "hdlc-accepts-bad-hcs",
    "dlms-yb/HDLC_FRAME_N7",
    Message("does not look at the HCS"),
    HDLC_STATION,
)
class HdlcAcceptsBadHcs(Forgiving):
    """A meter that does not look at the HCS of a frame."""

    fault = Fault.BAD_HCS


@mutant(
    "hdlc-accepts-bad-fcs",
    "dlms-yb/HDLC_FRAME_N8",
    Message("does not look at the FCS"),
    HDLC_STATION,
)
class HdlcAcceptsBadFcs(Forgiving):
    """A meter that does not look at the FCS of a frame."""

    fault = Fault.BAD_FCS


@mutant(
    "hdlc-disc-in-ndm-ua",
    "dlms-yb/HDLC_FRAME_P1",
    Message("answers DISC in NDM with UA"),
    HDLC_LINK,
)
class HdlcDiscInNdmUa(ServerLink):
    """A meter that confirms the end of a link that is not there."""

    def answer_disconnected(self, frame: Frame) -> None:
        """DM to everything but DISC."""
        if frame.kind is Kind.DISC:
            self._answer(frame, Kind.UA)
        else:
            super().answer_disconnected(frame)


class UncheckedLengthSplitter(FrameSplitter):
    """Splitter that takes a length before its check sequence came."""

    __slots__ = ()

    def _early_fault(self, _end: int) -> FrameError | None:
        return None


@mutant(
    "hdlc-waits-for-the-rest",
    "dlms-yb/HDLC_FRAME_P2",
    Message("waits without end for the rest of a frame"),
    HDLC_STATION,
)
class HdlcWaitsForTheRest(HdlcServer):
    """A meter that waits for the rest of half a frame for ever."""

    def __init__(self, *given: object, **terms: object) -> None:
        super().__init__(*given, **(terms | {"inter_octet_timeout_s": 0.0}))  # type: ignore[arg-type]
        self._splitter = UncheckedLengthSplitter()


@mutant(
    "hdlc-never-times-out",
    "dlms-yb/HDLC_FRAME_P3",
    Message("the link does not fall by inactivity"),
    part("hdlc_server"),
    framing="hdlc",
)
def hdlc_never_times_out(terms: PortTerms) -> HdlcServer:
    """A meter whose links never fall, however long the client is silent."""
    return hdlc_server(dataclasses.replace(terms, hdlc_inactivity_time_out_s=0))
