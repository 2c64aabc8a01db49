"""A blocking session: byte pipe, framing and client in one, for benches and command lines.

It waits in device time (`pipe.now_s()`), lets the framing repeat its frames, and repeats nothing itself.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Protocol, TypeVar

from protocols.dlms.acse import Aare
from protocols.dlms.axdr import Data
from protocols.dlms.client import ClientConnection
from protocols.dlms.client_events import (
    ActionDone,
    ApduToSend,
    Associated,
    AssociationRefused,
    ClientEvent,
    ExceptionReceived,
    GetListResult,
    GetResult,
    Notification,
    Released,
    SetResult,
)
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.declaration import ClassReference
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsError, RemoteProtocolError
from protocols.dlms.framing import (
    ApduReceived,
    Event,
    FrameRejected,
    Framing,
    LinkConnected,
    LinkDisconnected,
    ToleratedFault,
)
from protocols.dlms.obis import Obis
from protocols.dlms.session_errors import (
    AccessRefused,
    ActionRefused,
    ExceptionAnswered,
    LinkLost,
    NoAnswer,
)
from protocols.dlms.session_errors import AssociationRefused as AssociationRefusedError
from protocols.dlms.xdlms.fields import Result

E = TypeVar("E")
Hook = Callable[[Literal["tx", "rx"], bytes], None]
ObisLike = Obis | str

# The framing's reason when it gave up after its own retries.
_SILENCE = "timeout"


class BytePipe(Protocol):
    """What a session needs of a link."""

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        ...

    def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s` of device time."""
        ...

    def now_s(self) -> float:
        """Device time, seconds."""
        ...


class DlmsSession:
    """One client session over one link; also a context manager that releases and disconnects.

    Args:
        pipe: the bytes.
        framing: client side of HDLC or wrapper.
        client: the association.
        response_timeout_s: device time to wait for an answer, retries of the framing included.
        on_frame: called with ``tx`` or ``rx`` and the bytes, as they are sent or come.

    Attributes:
        notifications: what the server sent unasked, in order.
        faults: frames that were dropped or tolerated, in order.
    """

    def __init__(
        self,
        pipe: BytePipe,
        framing: Framing,
        client: ClientConnection,
        *,
        response_timeout_s: float = 5.0,
        on_frame: Hook | None = None,
    ) -> None:
        self.pipe = pipe
        self.framing = framing
        self.client = client
        self.response_timeout_s = response_timeout_s
        self.on_frame = on_frame
        self.notifications: list[Notification] = []
        self.faults: list[FrameRejected | ToleratedFault] = []
        self._pending: list[Event] = []
        self._connected = False

    # ------------------------------------------------------------ the link

    def connect(self) -> None:
        """Set the data link up.

        Raises:
            NoAnswer: nothing came.
            LinkLost: the server refused, or the framing gave up.
        """
        now_s = self.pipe.now_s()
        self.framing.connect(now_s)
        self._take(b"", now_s)
        self._await_link(LinkConnected, "the connection request")
        self._connected = True

    def disconnect(self) -> None:
        """Give the data link up; the association falls with it. Silence of the server is no error here.

        Raises:
            LocalProtocolError: never asked for, when the link is not up.
        """
        if not self._connected:
            return
        self._connected = False
        now_s = self.pipe.now_s()
        self.framing.disconnect(now_s)
        self._take(b"", now_s)
        self.client.link_lost()
        try:
            self._await_link(LinkDisconnected, "the disconnection request")
        except NoAnswer:
            return

    def __enter__(self) -> "DlmsSession":
        if not self._connected:
            self.connect()
        if self.negotiated is None:
            self.associate()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            if self.negotiated is not None:
                self.release()
            self.disconnect()
        except DlmsError:
            # What went wrong inside matters more than a farewell that failed.
            if kind is None:
                raise

    # ------------------------------------------------------------ services

    @property
    def negotiated(self) -> Aare | None:
        """The AARE of the open association, None when there is none."""
        return self.client.negotiated

    def associate(self) -> Aare:
        """Open the association.

        Raises:
            AssociationRefused: the server refused.
            NoAnswer: nothing came.
        """
        event = self._request(
            self.client.associate(), (Associated, AssociationRefused), "the association request"
        )
        if isinstance(event, AssociationRefused):
            raise AssociationRefusedError(event.answer)
        return self._expect(event, Associated).aare

    def release(self) -> None:
        """Close the association.

        Raises:
            NoAnswer: nothing came.
        """
        self._request(self.client.release(), (Released,), "the release request")

    def get(
        self, cosem_class: ClassReference, obis: ObisLike, attribute: int, selection: Selection | None = None
    ) -> Data:
        """Read an attribute.

        Raises:
            AccessRefused: the server says why there is no value.
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """
        apdu = self.client.get(cosem_class, _obis(obis), attribute, selection)
        result = self._expect(self._request(apdu, (GetResult,), f"get {obis}"), GetResult).result
        if isinstance(result, DataAccessResult):
            raise AccessRefused(result)
        return result

    def get_list(self, targets: list[tuple[ClassReference, ObisLike, int]]) -> tuple[Result, ...]:
        """Read several attributes with one request; refusals stand among the results.

        Raises:
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """
        apdu = self.client.get_list(
            [(cosem_class, _obis(obis), index) for cosem_class, obis, index in targets]
        )
        return self._expect(self._request(apdu, (GetListResult,), "get with list"), GetListResult).results

    def set(self, cosem_class: ClassReference, obis: ObisLike, attribute: int, data: Data) -> None:
        """Write an attribute.

        Raises:
            AccessRefused: the server says why it was not written.
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """
        apdu = self.client.set(cosem_class, _obis(obis), attribute, data)
        result = self._expect(self._request(apdu, (SetResult,), f"set {obis}"), SetResult).result
        if result is not DataAccessResult.SUCCESS:
            raise AccessRefused(result)

    def action(
        self, cosem_class: ClassReference, obis: ObisLike, method: int, data: Data | None = None
    ) -> Data | None:
        """Invoke a method; what it returned, None when nothing.

        Raises:
            ActionRefused: the server says why it was not invoked.
            ExceptionAnswered: the server cannot serve the request.
            NoAnswer: nothing came.
        """
        apdu = self.client.action(cosem_class, _obis(obis), method, data)
        done = self._expect(self._request(apdu, (ActionDone,), f"action {obis}"), ActionDone)
        if done.result is not ActionResult.SUCCESS:
            raise ActionRefused(done.result)
        return done.data

    # ------------------------------------------------------------ raw access, for negative tests

    def exchange_apdu(self, apdu: bytes) -> bytes | None:
        """Send any APDU and give the next one that comes, None when none comes; the client is not told."""
        self._send_apdu(apdu)
        deadline_s = self.pipe.now_s() + self.response_timeout_s
        while True:
            event = self._next_event(deadline_s)
            if event is None:
                return None
            if isinstance(event, ApduReceived):
                return event.apdu

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, past the framing."""
        self._send(data)

    def receive_raw(self, max_wait_s: float) -> bytes:
        """Bytes as they come, past the framing; empty when none came."""
        data = self.pipe.receive(max_wait_s)
        if data:
            self._report("rx", data)
        return data

    # ------------------------------------------------------------ the engine

    def _request(self, apdu: bytes, wanted: tuple[type[ClientEvent], ...], what: str) -> ClientEvent:
        try:
            self._send_apdu(apdu)
            return self._await_answer(wanted, what)
        except NoAnswer:
            self.client.abandon()
            raise

    def _await_answer(self, wanted: tuple[type[ClientEvent], ...], what: str) -> ClientEvent:
        deadline_s = self.pipe.now_s() + self.response_timeout_s
        while True:
            event = self._next_event(deadline_s)
            if event is None:
                raise NoAnswer(self.response_timeout_s, what)
            if not isinstance(event, ApduReceived):
                continue
            for answer in self.client.receive_apdu(event.apdu):
                if isinstance(answer, wanted):
                    return answer
                if isinstance(answer, ExceptionReceived):
                    raise ExceptionAnswered(answer.answer)
                if isinstance(answer, Notification):
                    self.notifications.append(answer)
                if isinstance(answer, ApduToSend):
                    self._send_apdu(answer.apdu)
                    # Each block is an answer: the next one has the whole time again.
                    deadline_s = self.pipe.now_s() + self.response_timeout_s

    def _await_link(self, wanted: type[LinkConnected] | type[LinkDisconnected], what: str) -> None:
        deadline_s = self.pipe.now_s() + self.response_timeout_s
        while True:
            event = self._next_event(deadline_s, closing=wanted is LinkDisconnected)
            if event is None:
                raise NoAnswer(self.response_timeout_s, what)
            if isinstance(event, wanted):
                return

    def _next_event(self, deadline_s: float, *, closing: bool = False) -> Event | None:
        """The next event of the framing that matters, None when the deadline passed."""
        while True:
            while self._pending:
                event = self._pending.pop(0)
                if isinstance(event, FrameRejected | ToleratedFault):
                    self.faults.append(event)
                elif isinstance(event, LinkDisconnected) and not closing:
                    self._fall(event.reason)
                else:
                    return event
            if self.pipe.now_s() >= deadline_s:
                return None
            self._pump(deadline_s)

    def _fall(self, reason: str) -> None:
        self._connected = False
        self.client.link_lost()
        if reason == _SILENCE:
            raise NoAnswer(self.response_timeout_s, "the data link")
        raise LinkLost(reason)

    def _pump(self, deadline_s: float) -> None:
        """Wait for bytes or for a deadline of the framing, whichever comes first."""
        framing_deadline_s = self.framing.next_deadline()
        until_s = deadline_s if framing_deadline_s is None else min(deadline_s, framing_deadline_s)
        data = self.pipe.receive(max(0.0, until_s - self.pipe.now_s()))
        if data:
            self._report("rx", data)
        self._take(data, self.pipe.now_s())

    def _take(self, data: bytes, now_s: float) -> None:
        """Give the framing bytes and time, and send what it has to say."""
        self._pending.extend(self.framing.receive_data(data, now_s))
        framing_deadline_s = self.framing.next_deadline()
        if framing_deadline_s is not None and framing_deadline_s <= now_s:
            self._pending.extend(self.framing.handle_timeout(now_s))
        self._flush()

    def _send_apdu(self, apdu: bytes) -> None:
        now_s = self.pipe.now_s()
        self.framing.send_apdu(
            apdu, client_sap=self.client.client_sap, server_sap=self.client.server_sap, now_s=now_s
        )
        self._flush()

    def _flush(self) -> None:
        data = self.framing.data_to_send()
        if data:
            self._send(data)

    def _send(self, data: bytes) -> None:
        self._report("tx", data)
        self.pipe.send(data)

    def _report(self, direction: Literal["tx", "rx"], data: bytes) -> None:
        if self.on_frame is not None:
            self.on_frame(direction, data)

    @staticmethod
    def _expect(event: ClientEvent, kind: type[E]) -> E:
        if not isinstance(event, kind):
            raise RemoteProtocolError(f"{type(event).__name__} came instead of {kind.__name__}")
        return event


def _obis(value: ObisLike) -> Obis:
    return Obis.from_string(value) if isinstance(value, str) else value
