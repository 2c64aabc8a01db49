"""The data link of a session: what lies between APDUs and steps, for either framing."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias, TypeVar, cast

from protocols.dlms.framing import (
    ApduReceived,
    Event,
    FrameRejected,
    Framing,
    LinkConnected,
    LinkDisconnected,
    Polling,
    ToleratedFault,
)
from protocols.dlms.session.errors import LinkLost, NoAnswer

# Steps that a session asks of its driver: bytes to send, or to wait for bytes. No I/O happens here.
#
# An operation of a session is a generator: it yields steps, is sent the bytes that came (empty when none
# did), and returns its result. A driver runs it to its end over a pipe of whatever kind, blocking or awaited.

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send all of `data`; the answer to this step is empty."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Listen:
    """Wait at most `max_wait_s` of device time, 0 or more, for bytes; the answer is what came.

    >>> def ask() -> Operation[bytes]:
    ...     yield Transmit(b"ping")
    ...     return (yield Listen(1.0))
    >>> operation = ask()
    >>> next(operation)
    Transmit(data=b'ping')
    >>> operation.send(b"")
    Listen(max_wait_s=1.0)
    >>> try:
    ...     operation.send(b"pong")
    ... except StopIteration as done:
    ...     done.value
    b'pong'
    """

    max_wait_s: float


Step = Transmit | Listen
Operation: TypeAlias = Generator[Step, bytes, T]


FrameHook = Callable[[Literal["tx", "rx"], bytes], None]

# The framing's reason when it gave up after its own retries.
_SILENCE = "timeout"


@lru_cache(maxsize=16)
def _polls(kind: type[Framing]) -> bool:
    """True if framings of a class are `Polling`: asking each one anew costs as much as a request does."""
    return all(hasattr(kind, name) for name in ("poll", "is_receiving"))


class Transport:
    """Carries APDUs over a framing.

    Args:
        framing: client side of HDLC or wrapper.
        addresses: client and server address.
        now_s: device time, seconds.
        response_timeout_s: device time to wait for an answer, retries of the framing included.
        on_frame: called with ``tx`` or ``rx`` and the bytes, as they are sent or come.

    Attributes:
        connected: the data link is up.
        faults: frames that were dropped or tolerated, in order.
        heard_s: when bytes came last, None before the first.
    """

    def __init__(
        self,
        framing: Framing,
        addresses: tuple[int, int],
        now_s: Callable[[], float],
        *,
        response_timeout_s: float,
        on_frame: FrameHook | None,
    ) -> None:
        self.framing = framing
        self.client_sap, self.server_sap = addresses
        self.now_s = now_s
        self.response_timeout_s = response_timeout_s
        self.on_frame = on_frame
        self.connected = False
        self.faults: list[FrameRejected | ToleratedFault] = []
        self.heard_s: float | None = None
        self._pending: deque[Event] = deque()
        self._polling = cast(Polling, framing) if _polls(type(framing)) else None

    @property
    def patience_s(self) -> float:
        """Until when an answer to what is sent now is waited for."""
        return self.now_s() + self.response_timeout_s

    def connect(self) -> Operation[None]:
        """Set the data link up.

        Raises:
            NoAnswer: nothing came.
            LinkLost: the server refused, or the framing gave up.
        """
        now_s = self.now_s()
        self.framing.connect(now_s)
        yield from self._take(b"", now_s)
        yield from self._await(LinkConnected, "the connection request")
        self.connected = True

    def disconnect(self) -> Operation[None]:
        """Give the data link up; silence of the server is no error here."""
        if not self.connected:
            return
        self.connected = False
        now_s = self.now_s()
        self.framing.disconnect(now_s)
        yield from self._take(b"", now_s)
        try:
            yield from self._await(LinkDisconnected, "the disconnection request")
        except NoAnswer:
            return

    def send(self, apdu: bytes) -> Operation[None]:
        """Send an APDU."""
        self.framing.send_apdu(
            apdu, client_sap=self.client_sap, server_sap=self.server_sap, now_s=self.now_s()
        )
        yield from self._flush()

    def receive(self, deadline_s: float, *, more: bool = False) -> Operation[bytes | None]:
        """The next APDU, None when none came until `deadline_s`.

        Args:
            deadline_s: of the clock.
            more: an APDU came that was not all: a framing in which the server speaks only when it is given
                the word must give it again.

        Raises:
            LinkLost: the link fell.
            NoAnswer: the framing gave up on a silent server.
        """
        if more and not self._pending and self._polling is not None:
            self._polling.poll(self.now_s())
            yield from self._flush()
        while True:
            event = yield from self._next_event(deadline_s)
            if event is None:
                return None
            if isinstance(event, ApduReceived):
                return event.apdu

    def send_raw(self, data: bytes) -> Operation[None]:
        """Send bytes as they are, past the framing."""
        self._report("tx", data)
        yield Transmit(data)

    def receive_raw(self, max_wait_s: float) -> Operation[bytes]:
        """Bytes as they come, past the framing; empty when none came."""
        data = yield Listen(max(0.0, max_wait_s))
        if data:
            self._report("rx", data)
        return data

    # ------------------------------------------------------------ the framing

    def _await(self, wanted: type[LinkConnected] | type[LinkDisconnected], what: str) -> Operation[None]:
        deadline_s = self.patience_s
        while True:
            event = yield from self._next_event(deadline_s, closing=wanted is LinkDisconnected)
            if event is None:
                raise NoAnswer(self.response_timeout_s, what)
            if isinstance(event, wanted):
                return

    def _next_event(self, deadline_s: float, *, closing: bool = False) -> Operation[Event | None]:
        """The next event of the framing that matters, None when the deadline passed."""
        while True:
            while self._pending:
                event = self._pending.popleft()
                if isinstance(event, FrameRejected | ToleratedFault):
                    self.faults.append(event)
                elif isinstance(event, LinkDisconnected) and not closing:
                    self._fall(event.reason)
                else:
                    return event
            deadline_s = max(deadline_s, self._long_answer_until_s)
            if self.now_s() >= deadline_s:
                return None
            yield from self._pump(deadline_s)

    @property
    def _long_answer_until_s(self) -> float:
        """A long APDU on a slow line is no silence: each of its segments has the whole time again."""
        if self.heard_s is None or self._polling is None or not self._polling.is_receiving:
            return 0.0
        return self.heard_s + self.response_timeout_s

    def _fall(self, reason: str) -> None:
        self.connected = False
        if reason == _SILENCE:
            raise NoAnswer(self.response_timeout_s, "the data link")
        raise LinkLost(reason)

    def _pump(self, deadline_s: float) -> Operation[None]:
        """Wait for bytes or for a deadline of the framing, whichever comes first."""
        framing_deadline_s = self.framing.next_deadline()
        until_s = deadline_s if framing_deadline_s is None else min(deadline_s, framing_deadline_s)
        data = yield from self.receive_raw(until_s - self.now_s())
        now_s = self.now_s()
        if data:
            self.heard_s = now_s
        yield from self._take(data, now_s)

    def _take(self, data: bytes, now_s: float) -> Operation[None]:
        """Give the framing bytes and time, and send what it has to say."""
        self._pending.extend(self.framing.receive_data(data, now_s))
        framing_deadline_s = self.framing.next_deadline()
        if framing_deadline_s is not None and framing_deadline_s <= now_s:
            self._pending.extend(self.framing.handle_timeout(now_s))
        yield from self._flush()

    def _flush(self) -> Operation[None]:
        data = self.framing.data_to_send()
        if data:
            yield from self.send_raw(data)

    def _report(self, direction: Literal["tx", "rx"], data: bytes) -> None:
        if self.on_frame is not None:
            self.on_frame(direction, data)
