"""The client's side of HDLC: one link to one logical device, polling, retries on a given clock.

>>> client = HdlcClient(address_bytes=1)
>>> client.connect(0.0)
>>> client.data_to_send().hex()
'7ea0070321930f017e'
"""

from dataclasses import replace

from protocols.dlms.errors import DecodeError, LocalProtocolError
from protocols.dlms.framing import LinkConnected, LinkDisconnected, LinkParameters
from protocols.dlms.hdlc.control import Control, Kind
from protocols.dlms.hdlc.frame import LLC_COMMAND, LLC_RESPONSE, Fault, Frame, HdlcAddress
from protocols.dlms.hdlc.parameters import (
    DEFAULTS,
    check_parameters,
    decode_parameters,
    encode_parameters,
    negotiate,
)
from protocols.dlms.hdlc.states import CLIENT, ClientState
from protocols.dlms.hdlc.station import INTER_OCTET_TIMEOUT_S, Station
from protocols.dlms.hdlc.transfer import Intake, Transfer

#: responses that end the server's turn
_FINAL_KINDS = frozenset({Kind.UA, Kind.DM})
#: a server that has no answer yet is asked again after this
POLL_INTERVAL_S = 0.2


class HdlcClient(Station):
    """A client (primary station).

    Args:
        client_sap: its own address, one octet.
        server_sap: the logical device to reach.
        physical_address: the lower address of the server, in forms that have one.
        address_bytes: the form of the server's address: 1, 2 or 4 octets.
        max_info: longest information field both ways, 1 to 2030 octets; SNRM proposes it unless it is 128.
        window: frames on the way, 1 to 7.
        response_timeout_s: silence after which the last frame is sent again.
        retries: how often; then the link is given up.
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 never.
        poll_interval_s: how long to wait before asking again a server that has no answer yet.
        tolerant: lets the faults of `hdlc.station.TOLERANCES` through and records them.

    Raises:
        DlmsValueError: a value out of range.

    Source: IEC 62056-46, 6.4.4.
    """

    llc_tx = LLC_COMMAND
    llc_rx = LLC_RESPONSE

    def __init__(
        self,
        client_sap: int = 16,
        server_sap: int = 1,
        physical_address: int = 17,
        address_bytes: int = 4,
        max_info: int = 128,
        window: int = 1,
        response_timeout_s: float = 1.5,
        retries: int = 2,
        inter_octet_timeout_s: float = INTER_OCTET_TIMEOUT_S,
        poll_interval_s: float = POLL_INTERVAL_S,
        tolerant: bool = False,
    ) -> None:
        super().__init__(inter_octet_timeout_s, tolerant=tolerant)
        self.state = ClientState.DISCONNECTED
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.proposal = LinkParameters(max_info, max_info, window, window)
        check_parameters(self.proposal)
        self.response_timeout_s = response_timeout_s
        self.retries = retries
        self.poll_interval_s = poll_interval_s
        self._local = HdlcAddress(client_sap)
        self._remote = HdlcAddress(
            server_sap, None if address_bytes == 1 else physical_address, address_bytes
        )
        self._transfer = Transfer(DEFAULTS)
        self._now_s = 0.0
        self._attempts = 0
        self._answer_due_s: float | None = None  # the server has the word until then
        self._poll_due_s: float | None = None  # it said that it has nothing yet
        self._answer_wanted_until_s: float | None = None

    # ------------------------------------------------------------ the framing's interface

    @property
    def parameters(self) -> LinkParameters:
        """Parameters of the link; the defaults until UA came."""
        return self._transfer.parameters

    def connect(self, now_s: float) -> None:
        """Send SNRM; `LinkConnected` or `LinkDisconnected` follows.

        Raises:
            LocalProtocolError: the link is not down.
        """
        if self.state is not ClientState.DISCONNECTED:
            raise LocalProtocolError(f"the link is not down but in {self.state.value}")
        self._transfer = Transfer(DEFAULTS)
        self._begin(ClientState.CONNECTING, now_s)

    def disconnect(self, now_s: float) -> None:
        """Send DISC; `LinkDisconnected` follows. Allowed in every state, also to clear another's link."""
        self._begin(ClientState.DISCONNECTING, now_s)

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue a request.

        Raises:
            LocalProtocolError: the link is not up, other addresses than this link's, or the APDU is too long.
        """
        self._check_apdu(apdu)
        if (client_sap, server_sap) != (self.client_sap, self.server_sap):
            raise LocalProtocolError(
                f"the link joins {self.client_sap} and {self.server_sap}, not {client_sap} and {server_sap}"
            )
        if self.state is not ClientState.CONNECTED:
            raise LocalProtocolError(f"the link is not up but in {self.state.value}")
        self._now_s = now_s
        self._attempts = 0
        if not self._transfer.peer_busy:  # a busy server is asked again before it gets more
            self._poll_due_s = None
        self._answer_wanted_until_s = now_s + self.response_timeout_s * (self.retries + 1)
        self._transfer.queue(self.llc_tx + apdu)

    @property
    def is_receiving(self) -> bool:
        """True if segments of an APDU came whose last one is still missing."""
        return self._transfer.is_assembling

    def poll(self, now_s: float) -> None:
        """Give the server the word for more than it said (RR with P); nothing where it has the word already.

        For whoever expects a further APDU that no request of ours brings out: the rest of a window of
        general blocks, or an answer behind a notification. A server with nothing to say is asked again until
        the time of an answer is over.
        """
        self._now_s = now_s
        idle = self._answer_due_s is None and self._poll_due_s is None
        if self.state is ClientState.CONNECTED and idle and not self._transfer.can_send:
            self._answer_wanted_until_s = now_s + self.response_timeout_s * (self.retries + 1)
            self._poll()

    def resume(self, now_s: float) -> None:
        """End what `hold` began: ask the server for what it kept back."""
        super().resume(now_s)
        self._now_s = now_s
        if self.state is ClientState.CONNECTED and self._answer_due_s is None:
            if self._answer_wanted_until_s is not None:
                self._answer_wanted_until_s = now_s + self.response_timeout_s * (self.retries + 1)
            self._poll()

    # ------------------------------------------------------------ frames in

    def _take_frame(self, frame: Frame, raw: bytes, now_s: float) -> None:
        self._now_s = now_s
        if frame.kind is not Kind.UI and not self._is_from_server(frame, raw):
            return
        if self._answer_due_s is not None:  # the server is speaking
            self._answer_due_s = now_s + self.response_timeout_s
        final_missing = frame.kind in _FINAL_KINDS and not frame.control.poll_final
        if final_missing and not self._tolerate("final-missing", raw):
            self._reject(Fault.UNEXPECTED_FRAME, f"{frame.control}: the F bit is missing", raw)
            return
        action, following = CLIENT[self.state].get(frame.kind, ("unexpected", self.state))
        override: ClientState | None = getattr(self, action)(frame, raw)
        self.state = following if override is None else override

    def _is_from_server(self, frame: Frame, raw: bytes) -> bool:
        """True if this frame belongs to our link; what does not is reported."""
        to, sender = frame.destination, frame.source
        if (to, sender) == (self._local, self._remote):
            return True
        if (to, sender) == (self._remote, self._local) and self._tolerate("own-echo", raw):
            return False
        if to == self._local and sender.upper == self.server_sap and self._tolerate("address-form", raw):
            return True
        self._reject(Fault.UNKNOWN_ADDRESS, f"from {sender} to {to}", raw)
        return False

    def take_acceptance(self, frame: Frame, raw: bytes) -> ClientState | None:
        """UA after SNRM: the link is up with what the server said."""
        try:
            theirs = decode_parameters(frame.information)
        except DecodeError as error:
            if not self._tolerate("bad-parameters", raw):
                self._reject(Fault.BAD_PARAMETERS, str(error), raw)
                return self.state
            theirs = DEFAULTS
        agreed = negotiate(self.proposal, theirs)
        granted = (theirs.max_info_tx, theirs.window_tx)
        if granted != (agreed.max_info_rx, agreed.window_rx) and self._tolerate("ua-exceeds-proposal", raw):
            agreed = replace(agreed, max_info_rx=granted[0], window_rx=granted[1])
        self._transfer = Transfer(agreed)
        self._rest()
        self._emit(LinkConnected(self.client_sap, self.server_sap, agreed))
        return None

    def take_release(self, frame: Frame, raw: bytes) -> None:
        """UA after DISC; its information field, which some meters send, says nothing."""
        self._fall("ua")

    def take_refusal(self, frame: Frame, raw: bytes) -> None:
        """DM: there is no link."""
        self._fall("dm")

    def take_rejection(self, frame: Frame, raw: bytes) -> None:
        """FRMR: the server will not go on."""
        self._reject(Fault.UNEXPECTED_FRAME, f"the server answered FRMR {frame.information.hex()}", raw)
        self._fall("frmr")

    def take_information(self, frame: Frame, raw: bytes) -> None:
        """An I-frame: confirm, join, deliver once, ask for more."""
        if not self._confirm(frame, raw):
            return
        self._transfer.peer_busy = False
        if self.held:  # not taken: the server keeps it until `resume`
            if frame.control.poll_final:
                self._rest()
                self._poll()
            return
        if len(frame.information) > self.parameters.max_info_rx and not self._tolerate(
            "information-too-long", raw
        ):
            self._reject(Fault.INFORMATION_TOO_LONG, f"{len(frame.information)} octets", raw)
            return
        intake = self._transfer.take(frame)
        if intake is Intake.OUT_OF_SEQUENCE:
            self._reject(
                Fault.WRONG_SEQUENCE, f"N(S)={frame.control.n_s}, expected {self._transfer.v_r}", raw
            )
        elif intake is Intake.TOO_LONG:
            self._reject(Fault.APDU_TOO_LONG, "segments without end", raw)
        elif intake is Intake.COMPLETE:
            self._answer_wanted_until_s = None
            self._deliver(
                self._transfer.collect(), raw, client_sap=self.client_sap, server_sap=self.server_sap
            )
        self._attempts = 0
        if frame.control.poll_final:
            self._take_turn(poll=self._transfer.is_assembling or intake is Intake.OUT_OF_SEQUENCE)

    def take_ready(self, frame: Frame, raw: bytes) -> None:
        """RR or REJ: confirm; send on, or ask again later for an answer that is not ready."""
        if not self._confirm(frame, raw):
            return
        self._transfer.peer_busy = False
        if self._transfer.has_unacknowledged:
            self._transfer.rewind()
        if frame.control.poll_final:
            self._take_turn(poll=self._transfer.is_assembling and not self.held)

    def take_busy(self, frame: Frame, raw: bytes) -> None:
        """RNR: as RR, but nothing may be sent until the next RR, which is polled for."""
        if self._confirm(frame, raw):
            self._transfer.peer_busy = True
            if frame.control.poll_final:
                self._rest()
                self._poll_due_s = self._now_s + self.poll_interval_s

    def take_unnumbered(self, frame: Frame, raw: bytes) -> None:
        """UI: an APDU that nobody asked for, from whatever server."""
        to = frame.destination
        known = to.upper == self.client_sap or to.is_broadcast
        if not known or (to.size != 1 and not self._tolerate("client-address-size", raw)):
            self._reject(Fault.UNKNOWN_ADDRESS, f"UI to {to}", raw)
            return
        information = self._unnumbered.take(frame)
        if information is not None:
            self._deliver(
                information,
                raw,
                client_sap=frame.destination.upper,
                server_sap=frame.source.upper,
                numbered=False,
            )

    def unexpected(self, frame: Frame, raw: bytes) -> None:
        """A frame that does not belong into this state is dropped."""
        self._reject(Fault.UNEXPECTED_FRAME, f"{frame.control} in {self.state.value}", raw)

    def _confirm(self, frame: Frame, raw: bytes) -> bool:
        if self._transfer.acknowledge(frame.control.n_r):
            return True
        self._reject(Fault.WRONG_ACKNOWLEDGEMENT, f"N(R)={frame.control.n_r} was never sent", raw)
        return False

    # ------------------------------------------------------------ who has the word

    def _take_turn(self, *, poll: bool) -> None:
        """The server's F bit gave us the word: use it, or rest until there is something to say."""
        self._rest()
        if poll:
            self._poll()
        elif not self._transfer.can_send and self._answer_wanted_until_s is not None:
            self._poll_due_s = self._now_s + self.poll_interval_s

    def _poll(self) -> None:
        self._send(Control(Kind.RNR if self.held else Kind.RR, True, self._transfer.v_r))
        self._give_turn()

    def _give_turn(self) -> None:
        self._poll_due_s = None
        self._answer_due_s = self._now_s + self.response_timeout_s

    def _rest(self) -> None:
        self._answer_due_s = None
        self._poll_due_s = None
        self._attempts = 0

    def _fall(self, reason: str) -> None:
        self._rest()
        self._answer_wanted_until_s = None
        self._transfer = Transfer(DEFAULTS)
        self.state = ClientState.DISCONNECTED
        self._emit(LinkDisconnected(self.client_sap, self.server_sap, reason))

    def _send(self, control: Control, information: bytes = b"", segmented: bool = False) -> None:
        self._send_frame(Frame(self._remote, self._local, control, information, segmented))

    def _begin(self, state: ClientState, now_s: float) -> None:
        self.state = state
        self._rest()
        self._answer_wanted_until_s = None
        self._now_s = now_s
        self._send_mode_command()

    def _send_mode_command(self) -> None:
        if self.state is ClientState.CONNECTING:
            information = b"" if self.proposal == DEFAULTS else encode_parameters(self.proposal)
            self._send(Control(Kind.SNRM), information)
        else:
            self._send(Control(Kind.DISC))
        self._give_turn()

    def _fill_output(self) -> None:
        if self.state is not ClientState.CONNECTED or self._answer_due_s is not None:
            return
        burst = self._transfer.burst()
        for control, segment in burst:
            self._send(control, segment.information, segment.more)
        if burst:
            self._give_turn()

    # ------------------------------------------------------------ time

    def _deadlines(self) -> list[float | None]:
        return [*super()._deadlines(), self._answer_deadline_s, self._poll_due_s]

    @property
    def _answer_deadline_s(self) -> float | None:
        """When silence has lasted too long; a long frame on a slow line is not silence."""
        due_s = self._answer_due_s
        if due_s is None or not self._splitter.has_partial:
            return due_s
        return max(due_s, self._last_octet_s + self.inter_octet_timeout_s)

    def _expire_answer(self, now_s: float) -> None:
        self._now_s = now_s
        if self._poll_due_s is not None and now_s >= self._poll_due_s:
            self._poll_again(now_s)
        deadline_s = self._answer_deadline_s
        if deadline_s is not None and now_s >= deadline_s:
            self._retry()

    def _poll_again(self, now_s: float) -> None:
        self._poll_due_s = None
        wanted = self._answer_wanted_until_s
        if self._transfer.peer_busy or (wanted is not None and now_s < wanted):
            self._poll()
        else:
            self._answer_wanted_until_s = None

    def _retry(self) -> None:
        """The server kept silent: say the same again, or give up."""
        self._answer_due_s = None
        self._attempts += 1
        if self._attempts > self.retries:
            self._fall("timeout")
        elif self.state is not ClientState.CONNECTED:
            self._send_mode_command()
        elif self._transfer.has_unacknowledged and not self._transfer.peer_busy:
            self._transfer.rewind()
        else:
            self._poll()
