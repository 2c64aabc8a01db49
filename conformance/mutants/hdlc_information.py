"""Mutants of the HDLC link: set-up, windows, sequence numbers, segments (HDLC_NDM, HDLC_INFO and others)."""

import dataclasses

from conformance.mutants._parts import HDLC_LINK
from conformance.mutants._registry import mutant
from i18n import Message
from protocols.dlms.hdlc.control import MODULUS, Kind
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.server import ServerLink
from protocols.dlms.hdlc.states import ServerState
from protocols.dlms.hdlc.transfer import Transfer


@mutant(
    "hdlc-serves-without-link",
    "dlms-yb/HDLC_NDMOP_N1",
    Message("serves I-frames without a link"),
    HDLC_LINK,
)
class HdlcServesWithoutLink(ServerLink):
    """A meter that takes I-frames before a client connected."""

    def take(self, frame: Frame, now_s: float, *, held: bool = False) -> None:
        """As the right one, but the first I-frame is as good as an SNRM."""
        if frame.kind is Kind.I and self.state is ServerState.DISCONNECTED:
            self.state = ServerState.CONNECTED
        super().take(frame, now_s, held=held)


@mutant(
    "hdlc-echoes-parameters",
    "dlms-yb/HDLC_NDM2NRM_P1",
    Message("grants what is proposed without being able to keep it"),
    HDLC_LINK,
)
class HdlcEchoesParameters(ServerLink):
    """A meter that grants whatever is proposed, and can do less."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but UA says what SNRM said."""
        override = super().accept_connection(frame)
        if frame.information:
            answer = self._control_frames.pop()
            self._control_frames.append(dataclasses.replace(answer, information=frame.information))
        return override


@mutant(
    "hdlc-ignores-window",
    "dlms-yb/HDLC_NDM2NRM_P2",
    Message("does not respect the window"),
    HDLC_LINK,
)
class HdlcIgnoresWindow(ServerLink):
    """A meter that sends seven frames in a row, whatever window was agreed."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but the window of the UA is not kept."""
        override = super().accept_connection(frame)
        self.transfer.parameters = dataclasses.replace(self.transfer.parameters, window_tx=7)
        return override


@mutant(
    "hdlc-accepts-long-information",
    "dlms-yb/HDLC_INFO_N1",
    Message("takes information fields that are too long"),
    HDLC_LINK,
)
class HdlcAcceptsLongInformation(ServerLink):
    """A meter that takes information fields of any length."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """As the right one, but the limit of the UA is not kept."""
        override = super().accept_connection(frame)
        self.transfer.parameters = dataclasses.replace(self.transfer.parameters, max_info_rx=2030)
        return override


@mutant(
    "hdlc-sends-long-frames",
    "dlms-yb/HDLC_SEGMENTS",
    Message("sends longer frames than agreed"),
    HDLC_LINK,
)
class HdlcSendsLongFrames(ServerLink):
    """A meter that sends its answers in frames of any length."""

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """Agree, and forget it."""
        following = super().accept_connection(frame)
        self.transfer = Transfer(dataclasses.replace(self.transfer.parameters, max_info_tx=2030))
        return following


@mutant(
    "hdlc-takes-segments-for-wholes",
    "dlms-yb/HDLC_INFO_P1",
    Message("takes each segment for a whole"),
    HDLC_LINK,
)
class HdlcTakesSegmentsForWholes(ServerLink):
    """A meter to which each segment is a whole APDU."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """Take it for the last."""
        return super().take_information(dataclasses.replace(frame, segmented=False))


@mutant("hdlc-ignores-n-r", "dlms-yb/HDLC_INFO_N2", Message("does not look at N(R)"), HDLC_LINK)
class HdlcIgnoresNR(ServerLink):
    """A meter that does not look at what is acknowledged to it."""

    def take_ready(self, frame: Frame) -> ServerState | None:
        """As the right one, but a number that was never sent is no fault."""
        self.transfer.acknowledge(frame.control.n_r)
        self.transfer.peer_busy = False
        self.transfer.rewind()
        self._polled = self._polled or frame.control.poll_final
        return None


@mutant("hdlc-accepts-any-n-s", "dlms-yb/HDLC_INFO_N3", Message("takes any N(S)"), HDLC_LINK)
class HdlcAcceptsAnyNS(ServerLink):
    """A meter that takes I-frames in whatever order they come."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """As the right one, but each frame is the one that was expected."""
        self.transfer.v_r = frame.control.n_s
        return super().take_information(frame)


@mutant(
    "hdlc-delivers-twice",
    "dlms-yb/HDLC_DUPLICATE",
    Message("delivers a repeated frame twice"),
    HDLC_LINK,
)
class HdlcDeliversTwice(ServerLink):
    """A meter to which a repeated I-frame is a new one."""

    def take_information(self, frame: Frame) -> ServerState | None:
        """As the right one, but the frame before counts as the next."""
        if frame.control.n_s == (self.transfer.v_r - 1) % MODULUS:
            self.transfer.v_r = frame.control.n_s
        return super().take_information(frame)


@mutant("hdlc-ignores-rnr", "dlms-yb/HDLC_BUSY", Message("takes no notice of RNR"), HDLC_LINK)
class HdlcIgnoresRnr(ServerLink):
    """A meter that sends to a client that said it is not ready."""

    def take_busy(self, frame: Frame) -> ServerState | None:
        """RNR is as good as RR."""
        return self.take_ready(frame)
