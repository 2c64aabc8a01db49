"""Both ends of the uplink: lines in, events out, ids that are answered once."""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.field.errors import StationControlError, UplinkError
from protocols.field.lines import LineBuffer
from protocols.field.uplink import Answer, Message, checked, checked_answer, read_line
from protocols.field.uplink_messages import MESSAGES, VERSION, Role

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


# Proofs of both ends of the uplink that they know the secret, which never travels.
#
# Each proof is an HMAC-SHA-256 over the role of who proves, both names and both nonces, so that no proof of
# one end, or of another conversation, serves the other.

NONCE_OCTETS_MIN = 16
NONCE_OCTETS_MAX = 64


def proof(
    secret: bytes, role: Role, *, name: str, ldn: str, head_end_nonce: bytes, concentrator_nonce: bytes
) -> bytes:
    """Proof by which `role` shows that it knows the secret.

    Args:
        secret: shared; never shown.
        role: who proves.
        name: of the head-end, as its hello says it.
        ldn: logical device name of the concentrator, as its answer says it.
        head_end_nonce: `NONCE_OCTETS_MIN` to `NONCE_OCTETS_MAX` fresh random octets.
        concentrator_nonce: as many of the other end.
    """
    parts = (
        f"amibench-uplink-{VERSION}".encode(),
        role.encode(),
        name.encode(),
        ldn.encode(),
        head_end_nonce,
        concentrator_nonce,
    )
    whole = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hmac.new(secret, whole, hashlib.sha256).digest()


def is_proof(expected: bytes, said: str) -> bool:
    """True if `said`, in hexadecimal, is the proof that is expected; in constant time."""
    return hmac.compare_digest(expected.hex().encode(), said.encode(errors="replace"))


def is_nonce(nonce: str) -> bool:
    """True if a nonce, in hexadecimal, is long enough and not too long."""
    return 2 * NONCE_OCTETS_MIN <= len(nonce) <= 2 * NONCE_OCTETS_MAX


# The two ends of the uplink: greeting, proofs and their order.

#: Ids of the two messages that open a conversation; the caller's own begin otherwise.
HELLO_ID, AUTH_ID = "hello", "auth"


class UplinkHeadEnd(UplinkPeer):
    """The head-end's end, which greets.

    Args:
        secret: shared with the concentrator; never shown.
        name: what the head-end calls itself.
        nonce: 16 to 64 fresh random octets.

    Attributes:
        ldn: logical device name of the concentrator, once it answered; else empty.
        serial: its serial, likewise.
    """

    def __init__(self, secret: bytes, name: str, nonce: bytes) -> None:
        super().__init__(Role.HEAD_END)
        self._secret = secret
        self._name = name
        self._nonce = nonce
        self.ldn = ""
        self.serial = ""

    def greet(self) -> None:
        """Begin.

        Raises:
            UplinkError: the name or the nonce does not fit.
        """
        if not is_nonce(self._nonce.hex()):
            raise UplinkError("bad-body", "hello: a nonce has 16 to 64 octets")
        self._ask(Message(HELLO_ID, "hello", {"name": self._name, "nonce": self._nonce.hex()}))

    def _answered_before_open(self, message: Message, answer: Answer) -> list[UplinkEvent]:
        if not answer.ok:
            return [self._close(answer.error or "refused")]
        if message.id == AUTH_ID:
            return [self._open()]
        said = answer.unwrap()
        self.ldn, self.serial = said["ldn"], said["serial"]
        nonce = bytes.fromhex(said["nonce"])
        if not is_nonce(said["nonce"]) or not is_proof(self._proof(Role.CONCENTRATOR, nonce), said["proof"]):
            return [self._close("the concentrator does not know the secret")]
        self._ask(Message(AUTH_ID, "auth", {"proof": self._proof(Role.HEAD_END, nonce).hex()}))
        return []

    def _proof(self, role: Role, nonce: bytes) -> bytes:
        return proof(
            self._secret,
            role,
            name=self._name,
            ldn=self.ldn,
            head_end_nonce=self._nonce,
            concentrator_nonce=nonce,
        )


class UplinkConcentrator(UplinkPeer):
    """The concentrator's end, which is greeted. Without a secret it lets nobody in.

    Args:
        secret: shared with the head-end; never shown.
        ldn: its logical device name.
        serial: on its case.
        nonce: 16 to 64 fresh random octets.

    Attributes:
        head_end: what the head-end calls itself, once it greeted; else empty.

    >>> head_end = UplinkHeadEnd(b"s3cret", "amibench", bytes(16))
    >>> concentrator = UplinkConcentrator(b"s3cret", "AMBDC00000000001", "90000001", bytes(16))
    >>> head_end.greet()
    >>> concentrator.receive_data(head_end.data_to_send())
    []
    >>> head_end.receive_data(concentrator.data_to_send())
    []
    >>> concentrator.receive_data(head_end.data_to_send())
    [Opened()]
    >>> head_end.receive_data(concentrator.data_to_send())
    [Opened()]
    """

    def __init__(self, secret: bytes, ldn: str, serial: str, nonce: bytes) -> None:
        super().__init__(Role.CONCENTRATOR)
        self._secret = secret
        self._ldn = ldn
        self._serial = serial
        self._nonce = nonce
        self._other_nonce: bytes | None = None
        self.head_end = ""

    def _before_open(self, message: Message) -> list[UplinkEvent]:
        steps = {"hello": self._greeted, "auth": self._proved}
        step = steps.get(message.type_name)
        if step is None or not self._secret:
            raise UplinkError("forbidden", "prove first that you know the secret")
        return step(message)

    def _greeted(self, message: Message) -> list[UplinkEvent]:
        if self._other_nonce is not None or not is_nonce(message.body["nonce"]):
            raise UplinkError("forbidden", "one hello, with a nonce of 16 to 64 octets")
        self.head_end = message.body["name"]
        self._other_nonce = bytes.fromhex(message.body["nonce"])
        self._remember(message)
        said = self._proof(Role.CONCENTRATOR).hex()
        self.answer(
            message.id,
            {"ldn": self._ldn, "serial": self._serial, "nonce": self._nonce.hex(), "proof": said},
        )
        return []

    def _proved(self, message: Message) -> list[UplinkEvent]:
        if self._other_nonce is None or not is_proof(self._proof(Role.HEAD_END), message.body["proof"]):
            raise UplinkError("forbidden", "the proof is wrong")
        self._remember(message)
        self.answer(message.id)
        return [self._open()]

    def _proof(self, role: Role) -> bytes:
        return proof(
            self._secret,
            role,
            name=self.head_end,
            ldn=self._ldn,
            head_end_nonce=self._other_nonce or b"",
            concentrator_nonce=self._nonce,
        )
