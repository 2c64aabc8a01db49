"""The server's side of HDLC: answers only to its own addresses, in the form that the client used.

>>> server = HdlcServer()
>>> server.receive_data(bytes.fromhex("7ea00802232193bd647e"), 0.0)[0].server_sap
1
>>> server.data_to_send().hex()[:18]
'7ea01f21022373e6c7'
"""

from collections.abc import Iterable

from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import LinkParameters
from protocols.dlms.hdlc.address import SIZES, HdlcAddress
from protocols.dlms.hdlc.control import Kind
from protocols.dlms.hdlc.faults import Fault
from protocols.dlms.hdlc.frame import Frame
from protocols.dlms.hdlc.llc import LLC_COMMAND, LLC_RESPONSE
from protocols.dlms.hdlc.parameters import check_parameters
from protocols.dlms.hdlc.server_link import ServerLink
from protocols.dlms.hdlc.station import INTER_OCTET_TIMEOUT_S, Station
from protocols.dlms.hdlc.tables import ServerState
from protocols.dlms.hdlc.unnumbered import unnumbered_frames

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
        tolerant: lets the faults of `hdlc.tolerance` through and records them.

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
        address_bytes: Iterable[int] = SIZES,
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
