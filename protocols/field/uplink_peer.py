"""What both ends of the uplink share: lines in, events out, ids that are answered once."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.field.errors import StationControlError, UplinkError
from protocols.field.lines import LineBuffer
from protocols.field.uplink import Answer, Message, checked, checked_answer, read_line
from protocols.field.uplink_messages import MESSAGES, Role

#: Ids of the other end whose answers are remembered, and own ones that may wait for an answer.
REMEMBERED_MAX = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The other end asks for something new; `answer` or `refuse` its id."""

    message: Message


@dataclass(frozen=True, slots=True)
class Answered:
    """The other end answered one of our messages."""

    message: Message
    answer: Answer


@dataclass(frozen=True, slots=True)
class Opened:
    """Both ends have proved themselves."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation cannot go on; close the connection. `reason` is one sentence."""

    reason: str


UplinkEvent = Asked | Answered | Opened | Closed


class UplinkPeer:
    """One end.

    Args:
        role: which one.

    Attributes:
        is_open: both ends have proved themselves.
        hopeless: the connection deserves to be closed.
    """

    def __init__(self, role: Role) -> None:
        self.role = role
        self.is_open = False
        self.hopeless = False
        self._other = Role.CONCENTRATOR if role is Role.HEAD_END else Role.HEAD_END
        self._lines = LineBuffer()
        self._output = bytearray()
        self._waiting: OrderedDict[str, Message] = OrderedDict()
        #: id of the other end -> its message, and our answer once there is one
        self._answers: OrderedDict[str, tuple[Message, bytes]] = OrderedDict()

    # ------------------------------------------------------------ what this end says

    def ask(self, message_id: str, type_name: str, body: Mapping[str, Any] | None = None) -> None:
        """Ask for something, once the conversation is open.

        Raises:
            UplinkError: the message does not fit the table, or is too long; nothing is sent.
        """
        if not self.is_open:
            raise UplinkError("refused", "the uplink is not open")
        self._ask(Message(message_id, type_name, dict(body or {})))

    def answer(self, message_id: str, body: Mapping[str, Any] | None = None) -> None:
        """Answer a message of the other end.

        Raises:
            UplinkError: ``failed``: the answer does not fit the table; the other end is told so.
            KeyError: there is no such message.
        """
        message, _ = self._answers[message_id]
        try:
            checked_answer(MESSAGES[message.type_name], body or {})
            self._keep(message, Answer(message_id, dict(body or {})).to_bytes())
        except UplinkError as error:
            self._keep(message, Answer.refusal(message_id, error).to_bytes())
            raise

    def refuse(self, message_id: str, error: UplinkError) -> None:
        """Refuse a message of the other end.

        Raises:
            KeyError: there is no such message.
        """
        self._keep(self._answers[message_id][0], Answer.refusal(message_id, error).to_bytes())

    def data_to_send(self) -> bytes:
        """Drain what must go out."""
        data = bytes(self._output)
        self._output.clear()
        return data

    # ------------------------------------------------------------ what the other end says

    def receive_data(self, data: bytes) -> list[UplinkEvent]:
        """Take bytes; never raises because of them."""
        if self.hopeless:
            return []
        try:
            lines = self._lines.feed(data)
        except StationControlError as error:
            return [self._close(error.sentence)]
        events: list[UplinkEvent] = []
        for each in lines:
            events.extend(self._take(each))
            if self.hopeless:
                break
        return events

    def _take(self, data: bytes) -> list[UplinkEvent]:
        try:
            said = read_line(data)
        except UplinkError as error:
            self._output += Answer.refusal("", error).to_bytes()
            return [] if self.is_open else [self._close(error.sentence)]
        return self._take_answer(said) if isinstance(said, Answer) else self._take_message(said)

    def _take_message(self, message: Message) -> list[UplinkEvent]:
        known = self._answers.get(message.id)
        if known is not None:
            if known[0] != message:
                error = UplinkError("id-reused", f"id {message.id} came before with other content")
                self._output += Answer.refusal(message.id, error).to_bytes()
            else:
                self._output += known[1]  # nothing yet where it is still being worked on
            return []
        try:
            checked(message, self._other)
            if not self.is_open:
                return self._before_open(message)
        except UplinkError as error:
            self._output += Answer.refusal(message.id, error).to_bytes()
            return [] if self.is_open else [self._close(error.sentence)]
        self._remember(message)
        return [Asked(message)]

    def _take_answer(self, answer: Answer) -> list[UplinkEvent]:
        message = self._waiting.pop(answer.re, None)
        if message is None:
            return []
        if answer.ok:
            try:
                checked_answer(MESSAGES[message.type_name], answer.body or {})
            except UplinkError as error:
                answer = Answer.refusal(answer.re, error)
        if not self.is_open:
            return self._answered_before_open(message, answer)
        return [Answered(message, answer)]

    # ------------------------------------------------------------ for the two roles

    def _before_open(self, message: Message) -> list[UplinkEvent]:
        raise UplinkError("forbidden", f"{message.type_name} came before both ends proved themselves")

    def _answered_before_open(self, message: Message, answer: Answer) -> list[UplinkEvent]:
        return [self._close(f"{message.type_name} was answered too early: {answer.re}")]

    def _ask(self, message: Message) -> None:
        checked(message, self.role)
        data = message.to_bytes()
        self._waiting[message.id] = message
        while len(self._waiting) > REMEMBERED_MAX:
            self._waiting.popitem(last=False)
        self._output += data

    def _remember(self, message: Message) -> None:
        self._answers[message.id] = message, b""
        while len(self._answers) > REMEMBERED_MAX:
            self._answers.popitem(last=False)

    def _keep(self, message: Message, data: bytes) -> None:
        self._answers[message.id] = message, data
        self._output += data

    def _open(self) -> Opened:
        self.is_open = True
        return Opened()

    def _close(self, reason: str) -> Closed:
        self.hopeless = True
        return Closed(reason)
