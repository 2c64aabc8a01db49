r"""The station-control channel, version 1: JSON lines between a bench and whoever serves a `ControlSurface`.

::

    {"v": 1, "id": 7, "secret": "…", "op": "clock.wait", "args": {"seconds": 60}}
    {"v": 1, "id": 7, "ok": true, "result": {"device_time_s": 3660.0}}
    {"v": 1, "id": 7, "ok": false, "error": "one sentence", "code": "bad-args"}
    {"v": 1, "id": 8, "secret": "…", "device": "m3", "op": "magnet.apply", "args": {}}

A world with several devices takes the name of one; without it, the request is for the first of them.
Both roles are here and are sans-io. The bearer secret travels in each request, is compared in constant time
and is shown by no `repr`; a line has at most `LINE_BYTES_MAX` bytes.

>>> client, server = StationControlClient("s3cret"), StationControlServer("s3cret")
>>> (request,) = server.receive_data(client.request("clock.wait", {"seconds": 60}))
>>> request.op, request.args
('clock.wait', {'seconds': 60})
>>> client.receive_data(Response(request.id, result={"device_time_s": 60.0}).to_bytes())
[Response(id=1, result={'device_time_s': 60.0}, code=None, error=None)]
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protocols.field.control_ops import checked_args
from protocols.field.errors import StationControlError
from protocols.field.lines import LINE_BYTES_MAX, LineBuffer

VERSION = 1
CODES: tuple[str, ...] = ("unknown-op", "unknown-device", "bad-args", "forbidden", "failed")
DEVICE_NAME_CHARACTERS_MAX = 64


@dataclass(frozen=True, slots=True)
class Request:
    """An operation asked for, of `device` (None: the first); `secret` is not part of its `repr`."""

    id: int
    op: str
    args: Mapping[str, Any]
    secret: str = field(repr=False)
    device: str | None = None

    def to_bytes(self) -> bytes:
        """The line of this request."""
        whose = {} if self.device is None else {"device": self.device}
        return _line({"id": self.id, "secret": self.secret, **whose, "op": self.op, "args": dict(self.args)})


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to request `id` (0: it could not be read): a `result`, or a `code` and an `error`."""

    id: int
    result: Mapping[str, Any] | None = None
    code: str | None = None
    error: str | None = None

    @classmethod
    def refusal(cls, request_id: int, error: StationControlError) -> "Response":
        """The answer that says `error`."""
        return cls(request_id, code=error.code, error=error.sentence)

    @property
    def ok(self) -> bool:
        """True where the operation was done."""
        return self.code is None

    def to_bytes(self) -> bytes:
        """The line of this answer."""
        if self.code is not None:
            return _line({"id": self.id, "ok": False, "error": self.error, "code": self.code})
        return _line({"id": self.id, "ok": True, "result": dict(self.result or {})})

    def unwrap(self) -> dict[str, Any]:
        """The result.

        Raises:
            StationControlError: the operation was refused or failed.
        """
        if self.code is not None:
            raise StationControlError(self.code, self.error or "no reason given")
        return dict(self.result or {})


class StationControlClient:
    """The bench's end: makes requests with growing ids and reads answers.

    Args:
        secret: the bearer secret, from the target file.
    """

    __slots__ = ("_last_id", "_lines", "_secret")

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._last_id = 0
        self._lines = LineBuffer()

    @property
    def last_id(self) -> int:
        """The id of the last request made; its answer carries it."""
        return self._last_id

    def request(self, op: str, args: Mapping[str, Any] | None = None, device: str | None = None) -> bytes:
        """The bytes that ask `device` for `op`.

        Raises:
            StationControlError: ``unknown-op`` or ``bad-args``, before anything is sent.
        """
        checked = checked_args(op, {} if args is None else args)
        named = _device(device)
        self._last_id += 1
        return Request(self._last_id, op, checked, self._secret, named).to_bytes()

    def receive_data(self, data: bytes) -> list[Response]:
        """The answers completed by `data`.

        Raises:
            StationControlError: ``failed``: the peer does not speak this protocol.
        """
        return [_response(line) for line in self._lines.feed(data)]


class StationControlServer:
    """The world's end: reads requests and refuses what is malformed or does not know the secret.

    Args:
        secret: what every request must carry.

    When `hopeless` is true the connection deserves to be closed: a wrong secret, or a line without end.
    """

    __slots__ = ("_lines", "_secret", "hopeless")

    def __init__(self, secret: str) -> None:
        if not secret:
            raise ValueError("the control channel needs a secret")
        self._secret = secret.encode()
        self._lines = LineBuffer()
        self.hopeless = False

    def receive_data(self, data: bytes) -> list[Request | Response]:
        """Requests to serve, and refusals ready to be sent back, in order; never raises on bad bytes."""
        if self.hopeless:
            return []
        try:
            lines = self._lines.feed(data)
        except StationControlError as error:
            self.hopeless = True
            return [Response.refusal(0, error)]
        answers: list[Request | Response] = []
        for line in lines:
            answers.append(self._read(line))
            if self.hopeless:
                break
        return answers

    def _read(self, line: bytes) -> Request | Response:
        request_id = 0
        try:
            message = _message(line, "bad-args")
            request_id = _id(message, "bad-args")
            secret = message.get("secret")
            if not isinstance(secret, str) or not hmac.compare_digest(
                secret.encode(errors="replace"), self._secret
            ):
                raise StationControlError("forbidden", "the secret is missing or wrong")
            op = message.get("op")
            device = _device(message.get("device"))
            return Request(request_id, str(op), checked_args(op, message.get("args", {})), secret, device)
        except StationControlError as error:
            self.hopeless = error.code == "forbidden"
            return Response.refusal(request_id, error)


def _line(message: Mapping[str, Any]) -> bytes:
    text = json.dumps({"v": VERSION, **message}, separators=(",", ":"), allow_nan=False)
    if len(text) >= LINE_BYTES_MAX:
        raise StationControlError("failed", f"a message is limited to {LINE_BYTES_MAX} bytes")
    return text.encode("ascii") + b"\n"


def _message(line: bytes, code: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise StationControlError(code, "the line is not JSON") from error
    if not isinstance(message, dict):
        raise StationControlError(code, "the line is not a JSON object")
    if message.get("v") != VERSION or isinstance(message.get("v"), bool):
        raise StationControlError(code, f"only version {VERSION} is spoken here")
    return message


def _id(message: Mapping[str, Any], code: str) -> int:
    request_id = message.get("id")
    if not isinstance(request_id, int) or isinstance(request_id, bool) or not 0 <= request_id < 2**63:
        raise StationControlError(code, "id must be a non-negative integer")
    return request_id


def _device(name: object) -> str | None:
    """The device of a request, checked.

    Raises:
        StationControlError: ``bad-args``: no name can be like that.
    """
    if name is None or (isinstance(name, str) and 0 < len(name) <= DEVICE_NAME_CHARACTERS_MAX):
        return name
    raise StationControlError(
        "bad-args", f"device must be a name of 1 to {DEVICE_NAME_CHARACTERS_MAX} characters"
    )


def _response(line: bytes) -> Response:
    message = _message(line, "failed")
    request_id = _id(message, "failed")
    result, code, error = message.get("result"), message.get("code"), message.get("error")
    if message.get("ok") is True and isinstance(result, dict):
        return Response(request_id, result=result)
    if message.get("ok") is False and code in CODES and isinstance(error, str):
        return Response(request_id, code=code, error=error)
    raise StationControlError("failed", "the answer is neither a result nor a refusal")
