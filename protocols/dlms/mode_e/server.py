r"""The device's side: a framing that listens at 300 baud for the opening and then is the HDLC inside it.

>>> from protocols.dlms.hdlc import HdlcServer
>>> server = ModeEServer(HdlcServer(), Identification("AMb", "5", True, "PPKW"), parity=False)
>>> server.receive_data(b"/?!\r\n", 0.0)
[]
>>> server.data_to_send()
b'/AMb5\\2PPKW\r\n'
>>> server.receive_data(b"\x06242\r\n", 0.5)
[SpeedChanged(baud=4800)]
>>> server.data_to_send()
b'\x06242\r\n'
"""

from collections.abc import Callable

from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import (
    Event,
    FrameRejected,
    Framing,
    LinkConnected,
    LinkDisconnected,
    SpeedChanged,
)
from protocols.dlms.mode_e.messages import (
    BAUD_OF_LETTER,
    ETX,
    LINE_END,
    OPENING_BAUD,
    SERVER,
    STX,
    Identification,
    LineReader,
    ListeningState,
    OptionSelect,
    Request,
    block_check,
    message_of,
    with_parity,
)

#: silence after the identification that ends the opening: the client's 1.5 s, and its line at 300 baud
OPTION_TIMEOUT_S = 2.0
#: silence on a line without data link after which the device listens at 300 baud again
FALL_BACK_S = 60.0


class ModeEServer:
    """A framing (`protocols.dlms.framing.Framing`).

    Args:
        inner: the HDLC that the opening leads to.
        identification: what the device says of itself.
        address: its device address; it also answers a request without one.
        parity: whether even parity is made and checked here (the port then runs 8N1).
        read_out: gives the data block of a device that can be read in ASCII; without it, it stays silent
            where no option is selected.
        fall_back_s: silence without a data link after which it listens at 300 baud again.
    """

    def __init__(
        self,
        inner: Framing,
        identification: Identification,
        address: str = "",
        *,
        parity: bool = True,
        read_out: Callable[[], list[str]] | None = None,
        fall_back_s: float = FALL_BACK_S,
    ) -> None:
        self.state = ListeningState.LISTENING
        self.identification = identification
        self._inner = inner
        self._address = address
        self._parity = parity
        self._read_out = read_out
        self._fall_back_s = fall_back_s
        self._lines = LineReader(parity=parity)
        self._output = bytearray()
        self._events: list[Event] = []
        self._links = 0
        self._due_s: float | None = None
        self._now_s = 0.0

    # ------------------------------------------------------------ the framing's interface

    def receive_data(self, data: bytes, now_s: float) -> list[Event]:
        """Take octets that came at `now_s`; never raises because of them."""
        self._expire(now_s)
        self._now_s = now_s
        if self.state is ListeningState.HDLC:
            if data:
                self._due_s = now_s + self._fall_back_s
            self._follow(self._inner.receive_data(data, now_s))
            return self._drain()
        for found in self._lines.feed(data):
            if isinstance(found, FrameRejected):
                self._events.append(found)
            else:
                self._take_line(found)
        return self._drain()

    def data_to_send(self) -> bytes:
        """Drain what must go out now."""
        data = bytes(self._output)
        self._output.clear()
        return (with_parity(data) if self._parity else data) + self._inner.data_to_send()

    def send_apdu(self, apdu: bytes, *, client_sap: int, server_sap: int, now_s: float) -> None:
        """Queue an answer on the data link.

        Raises:
            LocalProtocolError: there is none.
        """
        self._inner.send_apdu(apdu, client_sap=client_sap, server_sap=server_sap, now_s=now_s)

    def connect(self, now_s: float) -> None:
        """A server waits to be asked.

        Raises:
            LocalProtocolError: always.
        """
        self._inner.connect(now_s)

    def disconnect(self, now_s: float) -> None:
        """Let the data link fall and listen again, as a power cut does."""
        self._inner.disconnect(now_s)
        self._links = 0
        self._listen()

    def next_deadline(self) -> float | None:
        """The nearest deadline, None for none."""
        due = (self._inner.next_deadline(), self._due_s if not self._links else None)
        return min((one for one in due if one is not None), default=None)

    def handle_timeout(self, now_s: float) -> list[Event]:
        """Act on deadlines that have passed at `now_s`."""
        self._now_s = now_s
        self._follow(self._inner.handle_timeout(now_s))
        self._expire(now_s)
        return self._drain()

    # ------------------------------------------------------------ actions of the table

    def take_request(self, line: bytes) -> ListeningState | None:
        """Say who we are, when it is us that is asked."""
        try:
            asked = Request.from_line(line).address
        except DecodeError as error:
            self._events.append(FrameRejected(f"bad-request: {error}", line))
            return self.state
        if asked and asked.lstrip("0 ") != self._address.lstrip("0 "):
            return self.state
        self._output += self.identification.to_bytes()
        self._due_s = self._now_s + OPTION_TIMEOUT_S
        return None

    def take_option(self, line: bytes) -> ListeningState | None:
        """Confirm HDLC and change the speed; give the read-out where that is asked for."""
        try:
            option = OptionSelect.from_line(line)
        except DecodeError as error:
            self._events.append(FrameRejected(f"bad-option: {error}", line))
            return self.state
        baud = BAUD_OF_LETTER[option.speed_letter]
        if not option.is_hdlc or not self.identification.offers_hdlc or baud > self.identification.baud:
            self._listen()
            self._give_read_out()
            return self.state
        self._output += line
        if baud != OPENING_BAUD:
            self._events.append(SpeedChanged(baud))
        self._due_s = self._now_s + self._fall_back_s
        return None

    def _take_line(self, line: bytes) -> None:
        row = SERVER[self.state].get(message_of(line))
        if row is None:
            self._events.append(FrameRejected("unexpected-message: dropped", line))
            return
        action, following = row
        override: ListeningState | None = getattr(self, action)(line)
        self.state = following if override is None else override

    def _give_read_out(self) -> None:
        if self._read_out is None:
            return
        ends = LINE_END.decode()
        text = "".join(line + ends for line in self._read_out()) + "!" + ends
        block = text.encode("ascii", "replace") + ETX
        self._output += STX + block + bytes((block_check(block),))

    # ------------------------------------------------------------ falling back

    def _follow(self, events: list[Event]) -> None:
        """Know how many data links are up: as long as one is, the speed stays."""
        for event in events:
            if isinstance(event, LinkConnected):
                self._links += 1
            elif isinstance(event, LinkDisconnected):
                self._links = max(0, self._links - 1)
                self._due_s = self._now_s + self._fall_back_s
        self._events += events

    def _expire(self, now_s: float) -> None:
        if self._due_s is None or now_s < self._due_s or self._links:
            return
        selected = self.state is ListeningState.HDLC
        self._listen()
        if not selected:
            self._give_read_out()

    def _listen(self) -> None:
        if self.state is ListeningState.HDLC:
            self._events.append(SpeedChanged(OPENING_BAUD))
        self.state = ListeningState.LISTENING
        self._due_s = None
        self._lines.reset()

    def _drain(self) -> list[Event]:
        events, self._events = self._events, []
        return events
