"""The server's side of HDLC: answers only to its own addresses, in the form that the client used.

>>> server = HdlcServer()
>>> server.receive_data(bytes.fromhex("7ea00802232193bd647e"), 0.0)[0].server_sap
1
>>> server.data_to_send().hex()[:18]
'7ea01f21022373e6c7'
"""

from collections.abc import Iterable

from protocols.dlms.errors import DecodeError, LocalProtocolError
from protocols.dlms.framing import Event, LinkConnected, LinkDisconnected, LinkParameters
from protocols.dlms.hdlc.control import Control, FrmrReason, Kind, frmr_information
from protocols.dlms.hdlc.frame import ADDRESS_SIZES, LLC_COMMAND, LLC_RESPONSE, Fault, Frame, HdlcAddress
from protocols.dlms.hdlc.parameters import (
    DEFAULTS,
    check_parameters,
    decode_parameters,
    encode_parameters,
    negotiate,
)
from protocols.dlms.hdlc.states import SERVER, ServerState
from protocols.dlms.hdlc.station import INTER_OCTET_TIMEOUT_S, Station, unnumbered_frames
from protocols.dlms.hdlc.transfer import Intake, Transfer

# One data link of a server: one client, one logical device; the methods that the server's table names.


class ServerLink:
    """The server's side of one link.

    `outcome` holds, after `take`, what the station must do: events, and the information that became complete.

    Args:
        ours: what the server can do.
        client_sap: the client's address.
        server_sap: the logical device.
        tolerant: whether the faults of `hdlc.station.TOLERANCES` pass.
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
        """Frames that may go out now; a poll that nothing answers is answered by RR."""
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


#: links remembered at one time, connected or not; the longest silent one goes first
MAX_LINKS = 16


class HdlcServer(Station):
    """A server (secondary station) with its logical devices on one byte pipe.

    Args:
        server_saps: upper addresses that it answers to.
        physical_address: its lower address, in forms that have one.
        address_bytes: forms of its address that it accepts.
        max_info: longest information field it sends and takes, 1 to 2030 octets; the client may propose less.
        window: frames on the way, 1 to 7; the client may propose less.
        inactivity_timeout_s: a link falls after this silence of its client; 0 never.
        inter_octet_timeout_s: half a frame is dropped after this silence; 0 never.
        tolerant: lets the faults of `hdlc.station.TOLERANCES` through and records them.

    Raises:
        DlmsValueError: a value out of range.

    Source: IEC 62056-46, 6.4.4.
    """

    llc_tx = LLC_RESPONSE
    llc_rx = LLC_COMMAND
    #: what one link of this station is made of
    link_type: type[ServerLink] = ServerLink

    def __init__(
        self,
        server_saps: Iterable[int] = (1,),
        physical_address: int = 17,
        address_bytes: Iterable[int] = ADDRESS_SIZES,
        max_info: int = 128,
        window: int = 1,
        inactivity_timeout_s: float = 120.0,
        inter_octet_timeout_s: float = INTER_OCTET_TIMEOUT_S,
        tolerant: bool = False,
    ) -> None:
        super().__init__(inter_octet_timeout_s, tolerant=tolerant)
        self.server_saps = frozenset(server_saps)
        self.physical_address = physical_address
        self.address_bytes = frozenset(address_bytes)
        self.parameters = LinkParameters(max_info, max_info, window, window)
        check_parameters(self.parameters)
        self.inactivity_timeout_s = inactivity_timeout_s
        self._links: dict[tuple[int, int], ServerLink] = {}

    # ------------------------------------------------------------ the framing's interface

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an answer on a connected link; it goes out when the client polls.

        A link whose client asks and never polls takes no more than `transfer.MAX_QUEUED_OCTETS`: the rest is
        dropped, with the event ``queue-full``.

        Raises:
            LocalProtocolError: no such link, or the APDU is too long.
        """
        self._check_apdu(apdu)
        link = self._links.get((client_sap, server_sap))
        if link is None or link.state is not ServerState.CONNECTED:
            raise LocalProtocolError(f"client {client_sap} is not connected to server {server_sap}")
        information = self.llc_tx + apdu
        if link.transfer.takes(information):
            link.transfer.queue(information)
        else:
            self._reject(Fault.QUEUE_FULL, f"client {client_sap} does not take its answers", apdu)

    def send_unnumbered(
        self, apdu: bytes, *, client_sap: int, server_sap: int, address_bytes: int = 1
    ) -> None:
        """Queue an APDU in UI frames (data-notification): no link, no acknowledgement.

        Args:
            apdu: what to send.
            client_sap: who shall take it.
            server_sap: the logical device that speaks.
            address_bytes: the form of our address, 1, 2 or 4 octets.

        Raises:
            LocalProtocolError: the APDU is too long or an address does not fit.
        """
        self._check_apdu(apdu)
        lower = None if address_bytes == 1 else self.physical_address
        source = HdlcAddress(server_sap, lower, address_bytes)
        for frame in unnumbered_frames(
            self.llc_tx + apdu, HdlcAddress(client_sap), source, self.parameters.max_info_tx
        ):
            self._send_frame(frame)

    def connect(self, now_s: float) -> None:
        """A server waits to be asked.

        Raises:
            LocalProtocolError: always.
        """
        raise LocalProtocolError("a server does not connect; it waits for SNRM")

    def disconnect(self, now_s: float) -> None:
        """Let every link fall without a word, as a power cut does."""
        for link in self._links.values():
            if link.state is not ServerState.DISCONNECTED:
                self._emit(link.expire("closed"))
        self._links.clear()

    # ------------------------------------------------------------ frames

    def _take_frame(self, frame: Frame, raw: bytes, now_s: float) -> None:
        refusal = self._address_fault(frame)
        if refusal:
            self._reject(Fault.UNKNOWN_ADDRESS, refusal, raw)
            return
        if frame.destination.is_broadcast:
            self._take_broadcast(frame, raw)
            return
        link = self._link(frame.source.upper, frame.destination.upper)
        link.take(frame, now_s, held=self.held)
        for name in link.tolerated:
            self._tolerate(name, raw)
        for event in link.events:
            self._emit(event)
        for fault, sentence in link.faults:
            self._reject(fault, sentence, raw)
        if link.information is not None:
            self._deliver(link.information, raw, client_sap=link.client_sap, server_sap=link.server_sap)
        if link.unnumbered is not None:
            self._take_unnumbered(link.unnumbered, raw, link.server_sap)

    def _address_fault(self, frame: Frame) -> str | None:
        """Why this frame is not for us; silence is the answer."""
        destination = frame.destination
        if frame.source.size != 1:
            return f"the client's address has {frame.source.size} octets"
        if destination.is_broadcast or destination.is_lower_broadcast:
            return None if frame.kind is Kind.UI else f"{frame.kind.value} to a broadcast address"
        if destination.size not in self.address_bytes:
            return f"an address of {destination.size} octets is not used here"
        if destination.upper not in self.server_saps:
            return f"no logical device {destination.upper} here"
        if destination.lower not in (None, self.physical_address):
            return f"no physical device {destination.lower} here"
        return None

    def _take_broadcast(self, frame: Frame, raw: bytes) -> None:
        information = self._unnumbered.take(frame)
        if information is not None:
            for server_sap in sorted(self.server_saps):
                self._deliver(
                    information, raw, client_sap=frame.source.upper, server_sap=server_sap, numbered=False
                )

    def _take_unnumbered(self, frame: Frame, raw: bytes, server_sap: int) -> None:
        information = self._unnumbered.take(frame)
        if information is not None:
            self._deliver(
                information, raw, client_sap=frame.source.upper, server_sap=server_sap, numbered=False
            )

    def _link(self, client_sap: int, server_sap: int) -> ServerLink:
        key = (client_sap, server_sap)
        if key not in self._links:
            if len(self._links) >= MAX_LINKS:
                self._forget_oldest()
            self._links[key] = self.link_type(self.parameters, client_sap, server_sap, tolerant=self.tolerant)
        return self._links[key]

    def _forget_oldest(self) -> None:
        """Make room: links that are down before links that are up, the longest silent first."""
        key = min(
            self._links,
            key=lambda one: (
                self._links[one].state is not ServerState.DISCONNECTED,
                self._links[one].last_heard_s,
            ),
        )
        link = self._links.pop(key)
        if link.state is not ServerState.DISCONNECTED:
            self._emit(link.expire("closed"))

    def _fill_output(self) -> None:
        for link in self._links.values():
            for frame in link.frames_to_send():
                self._send_frame(frame)

    # ------------------------------------------------------------ time

    def _deadlines(self) -> list[float | None]:
        deadlines = super()._deadlines()
        if self.inactivity_timeout_s:
            deadlines += [
                link.last_heard_s + self.inactivity_timeout_s
                for link in self._links.values()
                if link.state is not ServerState.DISCONNECTED
            ]
        return deadlines

    def _expire_silence(self, now_s: float) -> None:
        super()._expire_silence(now_s)
        if not self.inactivity_timeout_s:
            return
        for link in self._links.values():
            due_s = link.last_heard_s + self.inactivity_timeout_s
            if link.state is not ServerState.DISCONNECTED and now_s >= due_s:
                self._emit(link.expire("timeout"))
