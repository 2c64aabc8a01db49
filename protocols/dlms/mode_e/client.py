r"""The client's opening: ask at 300 baud, read the identification, select HDLC and a speed.

>>> client = ModeEClient(parity=False)
>>> client.open(0.0)
>>> client.data_to_send()
b'/?!\r\n'
>>> client.receive_data(b"/AMB5\\2PPKW\r\n", 0.5), client.next_deadline()
([], 0.7)
>>> client.handle_timeout(0.7), client.data_to_send()
([], b'\x06252\r\n')
>>> [type(event).__name__ for event in client.receive_data(b"\x06252\r\n", 1.0)]
['SpeedChanged', 'Opened']
"""

from typing import Protocol, runtime_checkable

from protocols.dlms.errors import DecodeError, LocalProtocolError, RemoteProtocolError
from protocols.dlms.framing import FrameRejected, SpeedChanged, ToleratedFault
from protocols.dlms.mode_e.messages import (
    CLIENT,
    LETTER_OF_BAUD,
    OPENING_BAUD,
    Identification,
    LineReader,
    Opened,
    OpeningFailed,
    OpeningState,
    OptionSelect,
    Request,
    message_of,
    with_parity,
)

OpeningEvent = SpeedChanged | Opened | OpeningFailed | FrameRejected | ToleratedFault

#: a device answers within 1.5 s; the longest line takes 1.3 s more at 300 baud
RESPONSE_TIMEOUT_S = 3.0


class ModeEClient:
    """One opening.

    Args:
        address: device address, empty on a point-to-point line.
        max_baud: fastest speed that this side wants, one of 300 … 19200 baud.
        parity: whether even parity is made and checked here (the port then runs 8N1).
        response_timeout_s: silence after which the request is sent again.
        retries: how often.
        tolerant: goes on without the device's confirmation, and takes an own echo for one.

    Raises:
        DlmsValueError: the address has other characters than letters and digits.
        LocalProtocolError: `max_baud` has no letter.
    """

    def __init__(
        self,
        address: str = "",
        max_baud: int = 9600,
        *,
        parity: bool = True,
        response_timeout_s: float = RESPONSE_TIMEOUT_S,
        retries: int = 2,
        tolerant: bool = False,
    ) -> None:
        if max_baud not in LETTER_OF_BAUD:
            raise LocalProtocolError(f"no speed of {max_baud} baud; known: {sorted(LETTER_OF_BAUD)}")
        self.state = OpeningState.IDLE
        self.identification: Identification | None = None
        self._request = Request(address)
        self._max_baud = max_baud
        self._parity = parity
        self._timeout_s = response_timeout_s
        self._retries = retries
        self._tolerant = tolerant
        self._lines = LineReader(parity=parity)
        self._selected = b""
        self._opened: Opened | None = None  # what there will be once the device confirmed
        self._output = bytearray()
        self._waiting = b""
        self._events: list[OpeningEvent] = []
        self._attempts = 0
        self._due_s: float | None = None
        self._now_s = 0.0

    def open(self, now_s: float) -> None:
        """Send the request; `Opened` or `OpeningFailed` follows. The line must run at 300 baud.

        Raises:
            LocalProtocolError: it is open, or being opened.
        """
        if self.state not in (OpeningState.IDLE, OpeningState.FAILED):
            raise LocalProtocolError(f"the opening is not idle but {self.state.value}")
        self.state, self._attempts, self._now_s = OpeningState.ASKING, 0, now_s
        self._lines.reset()
        self._say(self._request.to_bytes())

    def receive_data(self, data: bytes, now_s: float) -> list[OpeningEvent]:
        """Take octets that came at `now_s`; never raises because of them."""
        self._now_s = now_s
        if self.state in CLIENT:
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
        return with_parity(data) if self._parity else data

    def next_deadline(self) -> float | None:
        """When `handle_timeout` wants to be called; None for never."""
        return self._due_s

    def handle_timeout(self, now_s: float) -> list[OpeningEvent]:
        """Act on silence."""
        self._now_s = now_s
        if self._due_s is None or now_s < self._due_s:
            return self._drain()
        if self._waiting:
            self._say(self._waiting)
        else:
            self._attempts += 1
            if self.state is OpeningState.SELECTING:
                self._unconfirmed()
            elif self._attempts > self._retries:
                self._fail("no-identification")
            else:
                self._lines.reset()
                self._say(self._request.to_bytes())
        return self._drain()

    # ------------------------------------------------------------ actions of the table

    def take_echo(self, line: bytes) -> None:
        """Our own request, from an optical head that echoes."""
        self._events.append(ToleratedFault("own-echo", line))

    def take_identification(self, line: bytes) -> OpeningState | None:
        """Select HDLC at the fastest speed that both know."""
        try:
            self.identification = Identification.from_line(line)
        except DecodeError as error:
            self._events.append(FrameRejected(f"bad-identification: {error}", line))
            return self._fail("bad-identification")
        if not self.identification.offers_hdlc:
            return self._fail("no-hdlc")
        baud = min(self._max_baud, self.identification.baud)
        self._selected = OptionSelect(LETTER_OF_BAUD[baud]).to_bytes()
        self._opened = Opened(self.identification, baud)
        # the device wants to be left alone for a moment before it is answered
        self._due_s = self._now_s + self.identification.reaction_time_s
        self._waiting = self._selected
        return None

    def take_confirmation(self, line: bytes) -> OpeningState | None:
        """The device says the selection back: now the speed changes."""
        if line != self._selected:
            return self._fail("wrong-confirmation")
        self._finish()
        return None

    def _take_line(self, line: bytes) -> None:
        row = CLIENT.get(self.state, {}).get(message_of(line))
        if row is None:
            self._events.append(FrameRejected("unexpected-message: dropped", line))
            return
        action, following = row
        override: OpeningState | None = getattr(self, action)(line)
        self.state = following if override is None else override

    def _unconfirmed(self) -> None:
        if not self._tolerant:
            self._fail("not-confirmed")
            return
        self._events.append(ToleratedFault("mode-e-not-confirmed", b""))
        self.state = OpeningState.OPEN
        self._finish()

    def _finish(self) -> None:
        self._due_s = None
        if self._opened is None:
            return
        if self._opened.baud != OPENING_BAUD:
            self._events.append(SpeedChanged(self._opened.baud))
        self._events.append(self._opened)

    def _fail(self, reason: str) -> OpeningState:
        self._due_s, self._waiting = None, b""
        self.state = OpeningState.FAILED
        self._events.append(OpeningFailed(reason, self.identification))
        return self.state

    def _say(self, line: bytes) -> None:
        self._waiting = b""
        self._output += line
        self._due_s = self._now_s + self._timeout_s

    def _drain(self) -> list[OpeningEvent]:
        events, self._events = self._events, []
        return events


# The client's opening over a blocking pipe: `open_mode_e(link)`, then a `DlmsSession` over the same link.


class BytePipe(Protocol):
    """Pipe that the opening needs."""

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        ...

    def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s` of device time."""
        ...

    def now_s(self) -> float:
        """Device time, seconds."""
        ...


@runtime_checkable
class HasSpeed(Protocol):
    """A pipe that can change its speed, as `links` opens for ``serial://``."""

    def set_speed(self, baud: int) -> None:
        """Let what was sent go out, then run at `baud`."""
        ...


class ModeEError(RemoteProtocolError):
    """The device did not open the line for HDLC; `reason` is that of `OpeningFailed`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the opening of protocol mode E failed: {reason}")
        self.reason = reason


def open_mode_e(
    pipe: BytePipe,
    client: ModeEClient | None = None,
    faults: list[FrameRejected | ToleratedFault] | None = None,
) -> Opened:
    """Bring a line from 300 baud to HDLC.

    Args:
        pipe: the line; where it has a speed (`HasSpeed`), that is set to 300 baud first.
        client: how to ask; by default without address, at most 9600 baud, strict.
        faults: where dropped and tolerated lines are noted.

    Raises:
        ModeEError: there is no HDLC at the other end.
    """
    asking = client or ModeEClient()
    _set_speed(pipe, OPENING_BAUD)
    asking.open(pipe.now_s())
    while True:
        data = asking.data_to_send()
        if data:
            pipe.send(data)
        due_s = asking.next_deadline()
        received = pipe.receive(0.0 if due_s is None else max(0.0, due_s - pipe.now_s()))
        events = asking.receive_data(received, pipe.now_s())
        for event in [*events, *asking.handle_timeout(pipe.now_s())]:
            if isinstance(event, SpeedChanged):
                _set_speed(pipe, event.baud)
            elif isinstance(event, Opened):
                return event
            elif isinstance(event, OpeningFailed):
                raise ModeEError(event.reason)
            elif faults is not None:
                faults.append(event)


def _set_speed(pipe: BytePipe, baud: int) -> None:
    if isinstance(pipe, HasSpeed):
        pipe.set_speed(baud)
