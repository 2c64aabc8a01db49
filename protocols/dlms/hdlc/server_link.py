"""One data link of a server: one client, one logical device; the methods that the server's table names."""

from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import Event, LinkConnected, LinkDisconnected, LinkParameters
from protocols.dlms.hdlc.address import HdlcAddress
from protocols.dlms.hdlc.control import Control, FrmrReason, Kind, frmr_information
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.parameters import DEFAULTS, decode_parameters, encode_parameters, negotiate
from protocols.dlms.hdlc.tables import SERVER, ServerState
from protocols.dlms.hdlc.transfer import Intake, Transfer


class ServerLink:
    """The server's side of one link.

    `outcome` holds, after `take`, what the station must do: events, and the information that became complete.

    Args:
        ours: what the server can do.
        client_sap: the client's address.
        server_sap: the logical device.
        tolerant: whether the faults of `hdlc.tolerance` pass.
    """

    def __init__(
        self, ours: LinkParameters, client_sap: int, server_sap: int, *, tolerant: bool = False
    ) -> None:
        self.state = ServerState.DISCONNECTED
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.transfer = Transfer(DEFAULTS)
        self.last_heard_s = 0.0
        self._ours = ours
        self._tolerant = tolerant
        self._held = False
        self._local = HdlcAddress(server_sap)
        self._remote = HdlcAddress(client_sap)
        self._polled = False
        self._rejection = b""
        self._control_frames: list[Frame] = []
        self.events: list[Event] = []
        self.faults: list[tuple[Fault, str]] = []
        self.tolerated: list[str] = []
        self.information: bytes | None = None
        self.unnumbered: Frame | None = None

    def take(self, frame: Frame, now_s: float, *, held: bool = False) -> None:
        """Take a frame addressed to this link; `held` takes no information and answers RNR."""
        self.events, self.faults, self.tolerated = [], [], []
        self.information, self.unnumbered = None, None
        self.last_heard_s = now_s
        self._held = held
        # answers go out in the address form that the client used
        self._local, self._remote = frame.destination, frame.source
        action, following = SERVER[self.state].get(frame.kind, ("unexpected", self.state))
        override: ServerState | None = getattr(self, action)(frame)
        self.state = following if override is None else override

    def frames_to_send(self) -> list[Frame]:
        """What may go out now; a poll that nothing answers is answered by RR."""
        frames, self._control_frames = self._control_frames, []
        if not self._polled or self.state is not ServerState.CONNECTED:
            return frames
        self._polled = False
        burst = [] if self._held else self.transfer.burst()
        for control, segment in burst:
            frames.append(Frame(self._remote, self._local, control, segment.information, segment.more))
        if not burst:
            ready = Kind.RNR if self._held else Kind.RR
            frames.append(self._response(Control(ready, True, self.transfer.v_r)))
        return frames

    def expire(self, reason: str) -> LinkDisconnected:
        """Fall back to NDM without a word on the wire."""
        self.state = ServerState.DISCONNECTED
        return LinkDisconnected(self.client_sap, self.server_sap, reason)

    def _response(self, control: Control, information: bytes = b"") -> Frame:
        return Frame(self._remote, self._local, control, information)

    def _answer(self, frame: Frame, kind: Kind, information: bytes = b"") -> None:
        self._control_frames.append(self._response(Control(kind, frame.control.poll_final), information))

    # ------------------------------------------------------------ actions of the table

    def accept_connection(self, frame: Frame) -> ServerState | None:
        """SNRM: negotiate, answer UA with what was agreed."""
        try:
            proposal = decode_parameters(frame.information)
        except DecodeError as error:
            if not self._tolerate("bad-parameters"):
                self.faults.append((Fault.BAD_PARAMETERS, str(error)))
                return self.state
            proposal = DEFAULTS
        agreed = negotiate(self._ours, proposal)
        self.transfer = Transfer(agreed)
        self._polled = False
        self._answer(frame, Kind.UA, encode_parameters(agreed))
        self.events.append(LinkConnected(self.client_sap, self.server_sap, agreed))
        return None

    def renew_connection(self, frame: Frame) -> ServerState | None:
        """SNRM while connected: the old link is lost, a new one begins."""
        self.events.append(LinkDisconnected(self.client_sap, self.server_sap, "reconnect"))
        override = self.accept_connection(frame)
        if override is not None:
            self.events.clear()
        return override

    def release_connection(self, frame: Frame) -> None:
        """DISC: answer UA."""
        self._answer(frame, Kind.UA)
        self.events.append(LinkDisconnected(self.client_sap, self.server_sap, "disc"))

    def answer_disconnected(self, frame: Frame) -> None:
        """Say DM to whoever polls a link that is not there."""
        if frame.control.poll_final:
            self._answer(frame, Kind.DM)

    def take_information(self, frame: Frame) -> ServerState | None:
        """An I-frame: confirm, join, deliver once."""
        if len(frame.information) > self.transfer.parameters.max_info_rx:
            return self._reject(frame, FrmrReason.INFORMATION_TOO_LONG)
        if not self.transfer.acknowledge(frame.control.n_r):
            return self._reject(frame, FrmrReason.WRONG_N_R)
        self.transfer.peer_busy = False
        self._polled = self._polled or frame.control.poll_final
        if self._held:  # not taken: the client sends it again after RR
            return None
        intake = self.transfer.take(frame)
        if intake is Intake.TOO_LONG:
            return self._reject(frame, FrmrReason.INFORMATION_TOO_LONG)
        if intake is Intake.OUT_OF_SEQUENCE:
            # a duplicate means that our answer was lost: it goes out again; else RR asks for what is missing
            self.faults.append(
                (Fault.WRONG_SEQUENCE, f"N(S)={frame.control.n_s}, expected {self.transfer.v_r}")
            )
            self.transfer.rewind()
        elif intake is Intake.COMPLETE:
            self.information = self.transfer.collect()
        return None

    def take_ready(self, frame: Frame) -> ServerState | None:
        """RR or REJ: confirm; whatever is unconfirmed after a poll was lost and goes out again."""
        if frame.information and not self._tolerate("information-not-permitted"):
            return self._reject(frame, FrmrReason.INFORMATION_NOT_PERMITTED)
        if not self.transfer.acknowledge(frame.control.n_r):
            return self._reject(frame, FrmrReason.WRONG_N_R)
        self.transfer.peer_busy = False
        self.transfer.rewind()
        self._polled = self._polled or frame.control.poll_final
        return None

    def take_busy(self, frame: Frame) -> ServerState | None:
        """RNR: as RR, but no I-frame until the next RR."""
        override = self.take_ready(frame)
        self.transfer.peer_busy = True
        return override

    def take_unnumbered(self, frame: Frame) -> None:
        """UI: given to the station, whatever the state."""
        self.unnumbered = frame

    def reject_control(self, frame: Frame) -> ServerState:
        """A control field that no table knows, or one that DLMS does not use: SREJ, TEST, XID."""
        return self._reject(frame, FrmrReason.UNKNOWN_CONTROL)

    def repeat_rejection(self, frame: Frame) -> None:
        """After FRMR: say it again to every poll."""
        if frame.control.poll_final:
            self._control_frames.append(self._response(Control(Kind.FRMR), self._rejection))

    def unexpected(self, frame: Frame) -> None:
        """A response where a command belongs: ignored."""
        self.faults.append((Fault.UNEXPECTED_FRAME, f"{frame.control} in {self.state.value}"))

    def _tolerate(self, name: str) -> bool:
        if self._tolerant:
            self.tolerated.append(name)
        return self._tolerant

    def _reject(self, frame: Frame, reason: FrmrReason) -> ServerState:
        self._rejection = frmr_information(frame.control, self.transfer.v_s, self.transfer.v_r, reason)
        if frame.control.poll_final:  # else it waits for the next poll
            self._control_frames.append(self._response(Control(Kind.FRMR), self._rejection))
        self.faults.append((_FAULT_OF_REASON[reason], str(frame.control)))
        self._polled = False
        return ServerState.REJECTING


_FAULT_OF_REASON = {
    FrmrReason.UNKNOWN_CONTROL: Fault.UNKNOWN_CONTROL,
    FrmrReason.INFORMATION_NOT_PERMITTED: Fault.INFORMATION_NOT_PERMITTED,
    FrmrReason.INFORMATION_TOO_LONG: Fault.INFORMATION_TOO_LONG,
    FrmrReason.WRONG_N_R: Fault.WRONG_ACKNOWLEDGEMENT,
}
