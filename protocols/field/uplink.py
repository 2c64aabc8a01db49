r"""The uplink between concentrator and head-end, version 1: JSON lines, both ends sans-io.

::

    {"v": 1, "id": "h-17", "type": "readings.pull", "body": {"after": 0, "limit": 400}}
    {"v": 1, "re": "h-17", "ok": true, "body": {"batches": [], "next": 0, "more": false, "lost": []}}
    {"v": 1, "re": "h-17", "ok": false, "code": "bad-body", "error": "one sentence"}

Either end asks and answers; `uplink_messages` says who may ask for what. The asker makes the id. An id that
comes again with the same content gets the same answer and is not acted upon again; with other content it is
refused. A line has at most `LINE_BYTES_MAX` bytes.

Before anything else both ends prove by HMAC over both nonces that they know the secret, which itself never
travels (`uplink_auth`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protocols.field.errors import UplinkError
from protocols.field.lines import LINE_BYTES_MAX
from protocols.field.uplink_messages import MESSAGES, VERSION, MessageType, Role

ID_CHARACTERS_MAX = 64
CODES: tuple[str, ...] = (
    "bad-message",
    "unknown-type",
    "bad-body",
    "forbidden",
    "id-reused",
    "unknown-meter",
    "unknown-order",
    "refused",
    "failed",
)


@dataclass(frozen=True, slots=True)
class Message:
    """Something that is asked for: `type_name` is a key of `MESSAGES`, `id` its asker's."""

    id: str
    type_name: str
    body: Mapping[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Its line.

        Raises:
            UplinkError: ``failed``: it is too long for one.
        """
        return line({"id": self.id, "type": self.type_name, "body": dict(self.body)})


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to message `re` (empty: it could not be read): a `body`, or a `code` and an `error`."""

    re: str
    body: Mapping[str, Any] | None = None
    code: str | None = None
    error: str | None = None

    @classmethod
    def refusal(cls, message_id: str, error: UplinkError) -> "Answer":
        """The answer that says `error`."""
        return cls(message_id, code=error.code, error=error.sentence)

    @property
    def ok(self) -> bool:
        """True where it was done."""
        return self.code is None

    def to_bytes(self) -> bytes:
        """Its line.

        Raises:
            UplinkError: ``failed``: it is too long for one.
        """
        if self.code is not None:
            return line({"re": self.re, "ok": False, "code": self.code, "error": self.error})
        return line({"re": self.re, "ok": True, "body": dict(self.body or {})})

    def unwrap(self) -> dict[str, Any]:
        """The body.

        Raises:
            UplinkError: it is a refusal.
        """
        if self.code is not None:
            raise UplinkError(self.code, self.error or "no reason given")
        return dict(self.body or {})


def line(content: Mapping[str, Any]) -> bytes:
    """A line of this protocol.

    Raises:
        UplinkError: ``failed``: it is too long, or holds what JSON cannot say.
    """
    try:
        text = json.dumps({"v": VERSION, **content}, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UplinkError("failed", "a message holds what JSON cannot say") from error
    if len(text) >= LINE_BYTES_MAX:
        raise UplinkError("failed", f"a message is limited to {LINE_BYTES_MAX} bytes")
    return text.encode("ascii") + b"\n"


def read_line(data: bytes) -> Message | Answer:
    """Message or answer of a line, its shape checked but not its body.

    Raises:
        UplinkError: ``bad-message``.
    """
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UplinkError("bad-message", "the line is not JSON") from error
    if not isinstance(content, dict):
        raise UplinkError("bad-message", "the line is not a JSON object")
    if content.get("v") != VERSION or isinstance(content.get("v"), bool):
        raise UplinkError("bad-message", f"only version {VERSION} is spoken here")
    return _answer(content) if "re" in content else _message(content)


def _message(content: Mapping[str, Any]) -> Message:
    message_id, type_name, body = content.get("id"), content.get("type"), content.get("body", {})
    if not is_id(message_id):
        raise UplinkError("bad-message", f"id must be a text of 1 to {ID_CHARACTERS_MAX} characters")
    if not isinstance(type_name, str) or not isinstance(body, dict):
        raise UplinkError("bad-message", "type must be a text and body an object")
    return Message(str(message_id), type_name, body)


def _answer(content: Mapping[str, Any]) -> Answer:
    message_id, body = content["re"], content.get("body", {})
    if not isinstance(message_id, str) or len(message_id) > ID_CHARACTERS_MAX:
        raise UplinkError("bad-message", "re must be the id of a message")
    if content.get("ok") is True and isinstance(body, dict):
        return Answer(message_id, body)
    code, error = content.get("code"), content.get("error")
    if content.get("ok") is False and code in CODES and isinstance(error, str):
        return Answer(message_id, code=str(code), error=error)
    raise UplinkError("bad-message", "the answer is neither a body nor a refusal")


def is_id(value: object) -> bool:
    """True if `value` may be the id of a message."""
    return isinstance(value, str) and 1 <= len(value) <= ID_CHARACTERS_MAX and value.isprintable()


def checked(message: Message, sender: Role) -> MessageType:
    """The type of a message, once `sender` may say it and its body fits.

    Raises:
        UplinkError: ``unknown-type`` or ``bad-body``.
    """
    kind = MESSAGES.get(message.type_name)
    if kind is None or kind.sender is not sender:
        raise UplinkError("unknown-type", f"the {sender} has no message {message.type_name[:40]!r}")
    found = kind.body_shape.complaint(message.body)
    if found is not None:
        raise UplinkError("bad-body", f"{kind.name}: {found}")
    return kind


def checked_answer(kind: MessageType, body: Mapping[str, Any]) -> None:
    """True if an answer is what the table promises.

    Raises:
        UplinkError: ``failed``.
    """
    found = kind.answer_shape.complaint(body)
    if found is not None:
        raise UplinkError("failed", f"{kind.name} was answered wrongly: {found}")
