"""Core of every operation of a session: link, association, requests and their answers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from protocols.dlms.acse import Aare
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import (
    ApduToSend,
    Associated,
    AssociationRefused,
    ClientEvent,
    ExceptionReceived,
    Notification,
    Released,
)
from protocols.dlms.errors import RemoteProtocolError
from protocols.dlms.framing import Framing
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import AssociationRefused as AssociationRefusedError
from protocols.dlms.session.errors import ExceptionAnswered, NoAnswer, OutcomeUnknown
from protocols.dlms.session.transport import FrameHook, Operation, Transport
from protocols.dlms.xdlms.action import ActionResponseNormal
from protocols.dlms.xdlms.fields import INVOKE_ID_MASK
from protocols.dlms.xdlms.get import GetResponseNormal
from protocols.dlms.xdlms.set import SetResponseNormal

# Repeated requests: those that may be asked again, and the second answer to one that was asked twice.
#
# A read may be repeated: it changes nothing. While nothing of its answer came, the very same octets go out
# again, under the same invoke-id, so that an answer that was merely slow is taken whichever of the two it
# answers. Two things make a fresh request necessary: a block that came (the server has moved on in the
# transfer), and ciphering (the same octets carry the same invocation counter: a replay, to be refused).
#
# A write, a method, and above all a token is never repeated by a session. Silence does not say whether the
# server carried it out: a token would be refused as used although it was credited, a charge be paid twice, a
# switch thrown again. Who asked gets `OutcomeUnknown` and reads back before deciding.

# Tags of plain answers; invoke-id-and-priority stands in their third octet.
_ANSWER_TAGS = frozenset({GetResponseNormal.tag, SetResponseNormal.tag, ActionResponseNormal.tag})
_INVOKE_OFFSET = 2


class Duplicates:
    """Answers that may still come to requests that were sent more than once and are answered already."""

    __slots__ = ("_expected",)

    def __init__(self) -> None:
        self._expected: Counter[int] = Counter()

    def sent_again(self, request: bytes, times: int) -> None:
        """`request` went out `times` more often than it was answered."""
        if times and len(request) > _INVOKE_OFFSET:
            self._expected[request[_INVOKE_OFFSET] & INVOKE_ID_MASK] += times

    def begins(self, request: bytes) -> None:
        """A new request goes out: what bears its invoke-id is its answer from now on."""
        if len(request) > _INVOKE_OFFSET:
            self._expected.pop(request[_INVOKE_OFFSET] & INVOKE_ID_MASK, None)

    def drop(self, answer: bytes) -> bool:
        """Tell whether `answer` is such a second answer; each is dropped once."""
        if len(answer) <= _INVOKE_OFFSET or answer[0] not in _ANSWER_TAGS:
            return False
        invoke_id = answer[_INVOKE_OFFSET] & INVOKE_ID_MASK
        if self._expected[invoke_id] <= 0:
            return False
        self._expected[invoke_id] -= 1
        return True

    def forget(self) -> None:
        """The link fell: nothing old can come."""
        self._expected.clear()


E = TypeVar("E")
# How many silences in a row a transfer by general blocks is taken up again after.
_RECOVERIES_MAX = 2
ObisLike = Obis | str


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """Patience of a session.

    Args:
        response_timeout_s: device time to wait for an answer, retries of the framing included.
        retries: how often a read that got no answer is asked again; nothing else ever is.
    """

    response_timeout_s: float = 5.0
    retries: int = 0


class SessionCore:
    """The core of one client session.

    Args:
        framing: client side of HDLC or wrapper.
        client: the association.
        now_s: device time, seconds.
        terms: how patient it is.
        on_frame: called with ``tx`` or ``rx`` and the bytes, as they are sent or come.

    Attributes:
        transport: the data link under it.
        notifications: what the server sent unasked, in order.
    """

    def __init__(
        self,
        framing: Framing,
        client: ClientConnection,
        now_s: Callable[[], float],
        *,
        terms: SessionTerms | None = None,
        on_frame: FrameHook | None = None,
    ) -> None:
        terms = terms or SessionTerms()
        self.client = client
        self.retries = terms.retries
        self.transport = Transport(
            framing,
            (client.client_sap, client.server_sap),
            now_s,
            response_timeout_s=terms.response_timeout_s,
            on_frame=on_frame,
        )
        self.notifications: list[Notification] = []
        self._duplicates = Duplicates()
        self._progressed = False

    # ------------------------------------------------------------ link and association

    def connect(self) -> Operation[None]:
        """Set the data link up.

        Raises:
            NoAnswer: nothing came.
            LinkLost: the server refused, or the framing gave up.
        """
        yield from self.transport.connect()

    def disconnect(self) -> Operation[None]:
        """Give the data link up; the association falls with it. Silence of the server is no error here."""
        if self.transport.connected:
            self.client.link_lost()
            self._duplicates.forget()
        yield from self.transport.disconnect()

    def associate(self) -> Operation[Aare]:
        """Open the association; with HLS, both sides have proved themselves when this returns.

        Raises:
            AssociationRefused: the server refused.
            NoAnswer: nothing came.
        """
        apdu = self.client.associate()
        event = yield from self._request(apdu, (Associated, AssociationRefused), "the association request")
        if isinstance(event, AssociationRefused):
            raise AssociationRefusedError(event.answer)
        return expect(event, Associated).aare

    def release(self) -> Operation[None]:
        """Close the association.

        Raises:
            NoAnswer: nothing came.
        """
        yield from self._request(self.client.release(), (Released,), "the release request")

    # ------------------------------------------------------------ what comes unasked

    def wait_notification(self, max_wait_s: float) -> Operation[Notification | None]:
        """Notification of the server within `max_wait_s` of device time, None when nothing comes.

        What came earlier, during another call, is in `notifications` already.

        Raises:
            RemoteProtocolError: something came that is no notification.
        """
        deadline_s = self.transport.now_s() + max_wait_s
        before = len(self.notifications)
        while len(self.notifications) == before:
            apdu = yield from self._receive(deadline_s)
            if apdu is None:
                return None
            yield from self._answers(apdu)
        return self.notifications[-1]

    # ------------------------------------------------------------ raw access, for negative tests

    def exchange_apdu(self, apdu: bytes) -> Operation[bytes | None]:
        """Send any APDU and give the next one that comes, None when none comes; the client is not told."""
        yield from self.transport.send(apdu)
        return (yield from self._receive(self.transport.patience_s))

    def send_raw(self, data: bytes) -> Operation[None]:
        """Send bytes as they are, past the framing."""
        yield from self.transport.send_raw(data)

    def receive_raw(self, max_wait_s: float) -> Operation[bytes]:
        """Bytes as they come, past the framing; empty when none came."""
        return (yield from self.transport.receive_raw(max_wait_s))

    # ------------------------------------------------------------ requests

    def read(
        self, ask: Callable[[], bytes], wanted: tuple[type[ClientEvent], ...], what: str
    ) -> Operation[ClientEvent]:
        """Ask, and ask again as the terms allow; `repeats` says in which form.

        Raises:
            NoAnswer: nothing came, however often.
            ExceptionAnswered: the server cannot serve the request.
        """
        apdu, repeats = ask(), 0
        for tries_left in range(self.retries, -1, -1):
            again = tries_left > 0
            try:
                event = yield from self._request(apdu, wanted, what, keep_waiting=again)
            except NoAnswer:
                if not (again and self.transport.connected):
                    self.client.abandon()
                    raise
                if self._progressed or self._is_protected:
                    self.client.abandon()
                    apdu, repeats = ask(), 0
                else:
                    repeats += 1
            else:
                self._duplicates.sent_again(apdu, repeats)
                return event
        raise AssertionError("the last try returns or raises")

    def write(self, apdu: bytes, wanted: type[ClientEvent], what: str) -> Operation[ClientEvent]:
        """Ask once.

        Raises:
            OutcomeUnknown: nothing came.
            ExceptionAnswered: the server cannot serve the request.
        """
        try:
            return (yield from self._request(apdu, (wanted,), what))
        except NoAnswer as silence:
            raise OutcomeUnknown(silence.waited_s, what) from silence

    def _request(
        self, apdu: bytes, wanted: tuple[type[ClientEvent], ...], what: str, *, keep_waiting: bool = False
    ) -> Operation[ClientEvent]:
        """Send a request, carry its transfer on, and give the event that ends it.

        Whatever ends it otherwise (silence, a broken pipe, a cancelled task), the client waits no longer, so
        that the next request finds it ready; but for a silence that the caller means to end by asking again.
        """
        self._progressed, answered = False, False
        self._duplicates.begins(apdu)
        try:
            yield from self.transport.send(apdu)
            event = yield from self._await_answer(wanted, what)
            answered = True
            return event
        except NoAnswer:
            answered = keep_waiting and self.transport.connected
            raise
        finally:
            if not self.transport.connected:
                self.client.link_lost()
            elif not answered:
                self.client.abandon()

    def _await_answer(self, wanted: tuple[type[ClientEvent], ...], what: str) -> Operation[ClientEvent]:
        deadline_s, more, recoveries = self.transport.patience_s, False, 0
        while True:
            apdu = yield from self.transport.receive(deadline_s, more=more)
            if apdu is None:
                recoveries += 1
                if recoveries > _RECOVERIES_MAX or not (yield from self._recover()):
                    raise NoAnswer(self.transport.response_timeout_s, what)
                deadline_s, more = self.transport.patience_s, False
                continue
            more, recoveries = True, 0
            for answer in (yield from self._answers(apdu)):
                if isinstance(answer, ApduToSend):
                    # Each block is an answer: the next one has the whole time again.
                    deadline_s, more = self.transport.patience_s, False
                elif isinstance(answer, wanted):
                    return answer

    def _recover(self) -> Operation[bool]:
        """After silence in a general block transfer: ask for what was lost; False where nothing can be."""
        apdus = self.client.recover() if self.transport.connected else ()
        for apdu in apdus:
            yield from self.transport.send(apdu)
        return bool(apdus)

    def _answers(self, apdu: bytes) -> Operation[list[ClientEvent]]:
        """Answer in an APDU, once notifications are kept and a transfer is carried on."""
        if self._duplicates.drop(apdu):
            return []
        answers = self.client.receive_apdu(apdu)
        for answer in answers:
            if isinstance(answer, ExceptionReceived):
                raise ExceptionAnswered(answer.answer)
            if isinstance(answer, Notification):
                self.notifications.append(answer)
            if isinstance(answer, ApduToSend):
                self._progressed = True
                yield from self.transport.send(answer.apdu)
        return answers

    def _receive(self, deadline_s: float) -> Operation[bytes | None]:
        return (yield from self.transport.receive(deadline_s))

    @property
    def _is_protected(self) -> bool:
        return self.client.security is not None


_parsed = lru_cache(maxsize=1024)(Obis.from_string)


def to_obis(value: ObisLike) -> Obis:
    """A code as itself or as text.

    Raises:
        DlmsValueError: the text is no OBIS code.
    """
    return _parsed(value) if isinstance(value, str) else value


def expect(event: ClientEvent, kind: type[E]) -> E:
    """The event as the one that is due.

    Raises:
        RemoteProtocolError: it is another.
    """
    if not isinstance(event, kind):
        raise RemoteProtocolError(f"{type(event).__name__} came instead of {kind.__name__}")
    return event
