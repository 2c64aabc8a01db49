"""The blocking client. A lost answer is fetched by its message id, never asked for again.

    with SecurityModuleClient("unix:///run/amibench/security-module.sock") as module:
        sold = module.mint("sale-4711", meter, subclass=0, amount=255)
        print(sold["tokens"][-1]["digits"])

Not for a thread that runs an event loop; one client serves one thread at a time.
"""

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from links.base import LinkUrlError
from links.clock import WallClock
from links.url import LinkUrl
from system.security_module import api
from system.security_module.errors import AnswerLost, RequestRefused, UnableToReachModule

ANSWER_TIMEOUT_S = 10.0
_TURNS_TO_SEE_AN_END = 2

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Options of ``tls://``: files of the authority, of this client's certificate and of its key, PEM."""

    ca: str = ""
    cert: str = ""
    key: str = ""


class SecurityModuleClient:
    """A connection to a security module, made when it is first needed and again after a loss.

    Args:
        url: ``unix:///path/of/socket``, or ``tls://localhost:port?ca=…&cert=…&key=…``.
        answer_timeout_s: how long to wait for one answer.

    Raises:
        UnableToReachModule: the URL is of another kind.
    """

    def __init__(self, url: str, answer_timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self._url, self._open = _opener(url)
        self._timeout_s = answer_timeout_s
        self._loop = asyncio.new_event_loop()
        self._streams: Streams | None = None
        self._number = 0
        self._turn = threading.Lock()

    def close(self) -> None:
        """Hang up; closing twice is fine."""
        with self._turn:
            if not self._loop.is_closed():
                self._loop.run_until_complete(self._hang_up())
                self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def status(self) -> dict[str, Any]:
        """Status of the module and its keys; see `call` for what is raised, here and below."""
        return self.call("status", {})

    def mint(
        self, message_id: str, meter: Mapping[str, Any], *, subclass: int, amount: int, **more: Any
    ) -> dict[str, Any]:
        """Sell credit; the answer's ``tokens`` may begin with key-change tokens.

        Args:
            message_id: the caller's own, stored before this call.
            meter: the fields of `api.METER`.
            subclass: 0 electricity, 1 water, 2 gas, 3 time; 4 to 7 the same in currency.
            amount: in token units (0.1 kWh and the like); in currency, 10⁻⁵ of the base unit.
            more: ``target``, ``allow_key_change``, ``three_kct``, ``free_issue``, ``approval``, ``time``.
        """
        args = {"message_id": message_id, "meter": dict(meter), "subclass": subclass, "amount": amount}
        return self.call("mint", {**args, **more})

    def key_change(
        self, message_id: str, meter: Mapping[str, Any], target: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        """Make the tokens that load another key; needs an ``approval`` of two operators."""
        args = {"message_id": message_id, "meter": dict(meter), "target": dict(target)}
        return self.call("key_change", {**args, **more})

    def management(
        self, message_id: str, meter: Mapping[str, Any], *, subclass: int, value: int = 0, **more: Any
    ) -> dict[str, Any]:
        """Make a token of class 2: a power limit in W, clearing credit or tamper, and so on."""
        args = {"message_id": message_id, "meter": dict(meter), "subclass": subclass, "value": value}
        return self.call("management", {**args, **more})

    def meter_test(
        self, message_id: str, *, control: int, subclass: int = 0, mfr_code: int = 0
    ) -> dict[str, Any]:
        """Make a token of class 1."""
        args = {"message_id": message_id, "subclass": subclass, "control": control, "mfr_code": mfr_code}
        return self.call("meter_test", args)

    def lease(
        self,
        message_id: str,
        *,
        terminal: Mapping[str, str],
        meters: Sequence[Mapping[str, Any]],
        slot: int,
        allowed_c: int,
        units_max: int,
        not_before: datetime,
        until: datetime,
        **more: Any,
    ) -> dict[str, Any]:
        """Let an off-line terminal mint for a while; the answer's ``lease`` is the message for its counter.

        Args:
            message_id: the caller's own, stored before this call.
            terminal: ``id`` (UUID) and ``agreement_public`` (hexadecimal) of its enrolment.
            meters: at most 100, the fields of `api.METER`.
            slot: 1 to 15: its class of minutes.
            allowed_c: how much money it may have sold in its whole life, centavos.
            units_max: the most units in one token, 0.1 kWh.
            not_before: from when it mints.
            until: before when.
            more: ``part`` and ``parts`` of a longer list, ``time``.
        """
        args = {
            "message_id": message_id,
            "terminal": dict(terminal),
            "meters": [dict(meter) for meter in meters],
            "slot": slot,
            "allowed_c": allowed_c,
            "units_max": units_max,
            "not_before": not_before.isoformat(),
            "until": until.isoformat(),
        }
        return self.call("lease", {**args, **more})

    def verify(self, meter: Mapping[str, Any], token: str) -> dict[str, Any]:
        """Read a token with a meter's key."""
        return self.call("verify", {"meter": dict(meter), "token": token})

    def fetch_result(self, message_id: str, *, cancel_if_absent: bool = False) -> dict[str, Any]:
        """The answer that a message id had.

        Args:
            message_id: of the request.
            cancel_if_absent: when there is none, close the id, so that a request still on its way mints
                nothing; without it, *not found* is not final.
        """
        return self.call("fetch_result", {"message_id": message_id, "cancel_if_absent": cancel_if_absent})

    def results(self, since: datetime | None = None) -> Iterator[dict[str, Any]]:
        """Every message id of this client that has a result, the oldest first, page by page.

        Args:
            since: instant of the first; None: from the first that the module keeps.

        Yields:
            ``{message_id, at, pan}``; `fetch_result` gives the tokens.
        """
        page: dict[str, Any] = {"since": None if since is None else since.isoformat()}
        while True:
            answer = self.call("list_results", page)
            yield from answer["results"]
            if not answer["more"]:
                return
            last = answer["results"][-1]
            page = {"since": last["at"], "after": last["message_id"]}

    def call(self, operation: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Ask, and fetch the result by its message id if the answer is lost.

        Raises:
            RequestRefused: the module said no.
            UnableToReachModule: no answer, and nothing was sent.
            AnswerLost: the answer was lost and could not be fetched: fetch it later.
        """
        with self._turn:
            try:
                return self._ask(operation, args)
            except AnswerLost as lost:
                if not api.OPERATIONS[operation].issues:
                    raise
                return self._fetch_lost(lost)

    def _fetch_lost(self, lost: AnswerLost) -> dict[str, Any]:
        try:
            return self._ask("fetch_result", {"message_id": lost.message_id})
        except UnableToReachModule:
            raise lost from None
        except RequestRefused as refused:
            if refused.code != "result-not-found":
                raise
            raise lost from None

    def _ask(self, operation: str, args: Mapping[str, Any]) -> dict[str, Any]:
        self._number += 1
        line = api.request_line(self._number, operation, args)
        name = str(args.get("message_id", operation))
        return self._loop.run_until_complete(self._exchange(line, self._number, name))

    async def _exchange(self, line: bytes, number: int, name: str) -> dict[str, Any]:
        reader, writer = await self._connected()
        answer = b""
        with contextlib.suppress(OSError, ValueError):  # TimeoutError is an OSError
            async with WallClock().deadline(self._timeout_s):
                writer.write(line)
                with contextlib.suppress(OSError):  # a module that hung up may have said why before
                    await writer.drain()
                answer = await reader.readline()
        message = _read(answer, number)
        if message is None:
            await self._hang_up()
            raise AnswerLost(name)
        if message["ok"]:
            result: dict[str, Any] = message["result"]
            return result
        error = message["error"]
        raise RequestRefused(error["code"], error["number"], error["es"], error["en"])

    async def _connected(self) -> Streams:
        if self._streams is not None:
            # Between two calls the loop stands still: let it see whether the module hung up meanwhile, so
            # that a request is not sent to a connection that is known to be dead.
            for _ in range(_TURNS_TO_SEE_AN_END):
                await WallClock().sleep(0)
            if self._streams[0].at_eof():
                await self._hang_up()
        if self._streams is None:
            try:
                async with WallClock().deadline(self._timeout_s):
                    self._streams = await self._open()
            except (OSError, ValueError) as error:
                raise UnableToReachModule(
                    f"nobody answers at {self._url}: is the module served, and does it know this client?"
                ) from error
        return self._streams

    async def _hang_up(self) -> None:
        if self._streams is None:
            return
        writer = self._streams[1]
        self._streams = None
        writer.close()
        try:
            await writer.wait_closed()
        except OSError:
            return  # it broke before; it is closed all the same


def _opener(url: str) -> tuple[str, Callable[[], Awaitable[Streams]]]:
    """The URL without its options, and what opens a connection to it."""
    try:
        parsed = LinkUrl.parse(url)
        if parsed.scheme == "unix":
            return f"unix://{parsed.path}", lambda: asyncio.open_unix_connection(
                parsed.path, limit=api.ANSWER_BYTES_MAX
            )
        if parsed.scheme != "tls":
            raise LinkUrlError(f"{url} is no address of a security module: use unix:// or tls://")
        options, (host, port) = parsed.options(TlsOptions), parsed.address()
    except LinkUrlError as error:
        raise UnableToReachModule(str(error)) from error

    def open_tls() -> Awaitable[Streams]:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=options.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(options.cert, options.key or None)
        return asyncio.open_connection(host, port, ssl=context, limit=api.ANSWER_BYTES_MAX)

    return f"tls://{host}:{port}", open_tls


def _read(line: bytes, number: int) -> dict[str, Any] | None:
    """The answer on a line, or None when it is no whole answer to this request."""
    if not line.endswith(b"\n"):
        return None
    try:
        message: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    # Refusals of the connection itself bear no number.
    return message if message.get("id") in (number, None) else None
