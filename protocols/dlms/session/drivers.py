"""The awaited driver: runs the operations of a `SessionEngine` over a pipe that is awaited.

Nothing here belongs to asyncio: any loop will do whose pipe has these methods (`links.aio.AsyncLink` has).
"""

from collections.abc import Callable, Coroutine
from functools import update_wrapper
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from protocols.dlms.acse import Aare
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.client.events import Notification
from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.errors import DecodeError, DlmsError
from protocols.dlms.framing import FrameRejected, Framing, ToleratedFault
from protocols.dlms.session.clock import correct_clock, read_clock
from protocols.dlms.session.core import ObisLike, SessionTerms
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.profiles import profile_shape, read_latest, read_many, read_profile
from protocols.dlms.session.transport import FrameHook, Operation, Step, Transmit

# State that both kinds of session show of their engine.


class SessionState:
    """The visible state of a session.

    Args:
        engine: the operations behind the calls.
    """

    def __init__(self, engine: SessionEngine) -> None:
        self.engine = engine

    @property
    def client(self) -> ClientConnection:
        """The association."""
        return self.engine.client

    @property
    def framing(self) -> Framing:
        """The client side of the data link."""
        return self.engine.transport.framing

    @property
    def connected(self) -> bool:
        """True while the data link is up."""
        return self.engine.transport.connected

    @property
    def negotiated(self) -> Aare | None:
        """The AARE of the open association, None when there is none."""
        return self.engine.client.negotiated

    @property
    def notifications(self) -> list[Notification]:
        """Notifications of the server, in order."""
        return self.engine.notifications

    @property
    def faults(self) -> list[FrameRejected | ToleratedFault]:
        """Frames that were dropped or tolerated, in order."""
        return self.engine.transport.faults

    @property
    def response_timeout_s(self) -> float:
        """Device time to wait for an answer, seconds."""
        return self.engine.transport.response_timeout_s

    @response_timeout_s.setter
    def response_timeout_s(self, timeout_s: float) -> None:
        self.engine.transport.response_timeout_s = timeout_s

    @property
    def on_frame(self) -> FrameHook | None:
        """Called with ``tx`` or ``rx`` and the bytes, as they are sent or come."""
        return self.engine.transport.on_frame

    @on_frame.setter
    def on_frame(self, hook: FrameHook | None) -> None:
        self.engine.transport.on_frame = hook


# Beginnings of a session, from no protection to all of it.
#
# =========  ==========================================================================================
# plain      `ClientConnection` without authentication: the public client, address 16.
# LLS        `ClientConnection(authentication=Lls(password))`: the password travels as it is.
# HLS        `ClientConnection(authentication=Hls(...))`: `associate` returns when both sides are proved.
# ciphered   as HLS, with ``security=ClientSecurity(...)``. A meter takes no invocation counter twice, so a
#            client that does not keep its own must ask first: as the public client, in an association of its
#            own, `invocation_counter`; then it begins one above.
# =========  ==========================================================================================
#
# On HDLC each client address is a link of its own: leave the public session before the next one connects.
#
# Source: IEC 62056-5-3, association; Green Book, 9.2.7 (security)

VALUE = 2
#: Of client 1 (management) in many profiles; others count in E.
USUAL_COUNTER = "0.0.43.1.0"


def invocation_counter(engine: SessionEngine, obis: ObisLike = USUAL_COUNTER) -> Operation[int]:
    """The last invocation counter that the meter took from a client, 32 bits.

    Args:
        engine: a session of the public client.
        obis: the object that tells.

    Raises:
        AccessRefused: the public client may not read it.
        DecodeError: it is no number.
        NoAnswer: nothing came.
    """
    found = yield from engine.get(DataObject, obis, VALUE)
    if not isinstance(found.value, int) or isinstance(found.value, bool):
        raise DecodeError(f"invocation counter {obis}: a number is expected")
    return found.value


P = ParamSpec("P")
T = TypeVar("T")


class AsyncBytePipe(Protocol):
    """Pipe that an awaited session needs; waiting is in the time of the link's clock."""

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""
        ...

    async def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s` of device time."""
        ...

    def now_s(self) -> float:
        """Device time, seconds."""
        ...


async def run_async(operation: Operation[T], pipe: AsyncBytePipe) -> T:
    """Run `operation` over `pipe` to its end; what it returns.

    A task that is cancelled leaves the session ready for the next call.

    Raises:
        DlmsError: as the operation says.
        Exception: whatever the pipe raises, once the operation has put its house in order.
    """
    try:
        step = next(operation)
        while True:
            try:
                data = await _perform_async(step, pipe)
            except BaseException as error:
                operation.throw(error)
                raise
            step = operation.send(data)
    except StopIteration as done:
        result: T = done.value
        return result


async def _perform_async(step: Step, pipe: AsyncBytePipe) -> bytes:
    if isinstance(step, Transmit):
        await pipe.send(step.data)
        return b""
    return await pipe.receive(step.max_wait_s)


def _async_call(
    operation: Callable[Concatenate[SessionEngine, P], Operation[T]],
) -> "Callable[Concatenate[AsyncDlmsSession, P], Coroutine[Any, Any, T]]":
    """An operation of the engine as a coroutine, with the same arguments and the same page."""

    async def call(session: "AsyncDlmsSession", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await run_async(operation(session.engine, *args, **kwargs), session.pipe)

    update_wrapper(call, operation)
    return call


class AsyncDlmsSession(SessionState):
    """The twin of `DlmsSession` whose calls are awaited; an asynchronous context manager.

    One call at a time: a session is one association over one link, and has one request under way.

    Args:
        pipe: the bytes.
        framing: client side of HDLC or wrapper.
        client: the association.
        response_timeout_s: device time to wait for an answer, retries of the framing included.
        retries: how often a read that got no answer is asked again.
        on_frame: called with ``tx`` or ``rx`` and the bytes, as they are sent or come.
    """

    def __init__(
        self,
        pipe: AsyncBytePipe,
        framing: Framing,
        client: ClientConnection,
        *,
        response_timeout_s: float = 5.0,
        retries: int = 0,
        on_frame: FrameHook | None = None,
    ) -> None:
        terms = SessionTerms(response_timeout_s, retries)
        super().__init__(SessionEngine(framing, client, pipe.now_s, terms=terms, on_frame=on_frame))
        self.pipe = pipe

    connect = _async_call(SessionEngine.connect)
    disconnect = _async_call(SessionEngine.disconnect)
    associate = _async_call(SessionEngine.associate)
    release = _async_call(SessionEngine.release)
    keep_alive = _async_call(SessionEngine.keep_alive)
    get = _async_call(SessionEngine.get)
    get_octets = _async_call(SessionEngine.get_octets)
    get_list = _async_call(SessionEngine.get_list)
    set = _async_call(SessionEngine.set)
    set_list = _async_call(SessionEngine.set_list)
    action = _async_call(SessionEngine.action)
    action_list = _async_call(SessionEngine.action_list)
    access = _async_call(SessionEngine.access)
    profile_shape = _async_call(profile_shape)
    read_profile = _async_call(read_profile)
    read_latest = _async_call(read_latest)
    read_many = _async_call(read_many)
    read_clock = _async_call(read_clock)
    correct_clock = _async_call(correct_clock)
    invocation_counter = _async_call(invocation_counter)
    wait_notification = _async_call(SessionEngine.wait_notification)
    exchange_apdu = _async_call(SessionEngine.exchange_apdu)
    send_raw = _async_call(SessionEngine.send_raw)
    receive_raw = _async_call(SessionEngine.receive_raw)

    async def __aenter__(self) -> "AsyncDlmsSession":
        if not self.connected:
            await self.connect()
        if self.negotiated is None:
            await self.associate()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            try:
                if self.negotiated is not None:
                    await self.release()
            finally:
                await self.disconnect()
        except DlmsError:
            # What went wrong inside matters more than a farewell that failed.
            if kind is None:
                raise


# The blocking driver: runs the operations of a `SessionEngine` over a pipe that blocks.


class BytePipe(Protocol):
    """Pipe that a blocking session needs."""

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        ...

    def receive(self, max_wait_s: float) -> bytes:
        """Bytes that came, empty when none came within `max_wait_s` of device time."""
        ...

    def now_s(self) -> float:
        """Device time, seconds."""
        ...


def run(operation: Operation[T], pipe: BytePipe) -> T:
    """Run `operation` over `pipe` to its end; what it returns.

    Raises:
        DlmsError: as the operation says.
        Exception: whatever the pipe raises, once the operation has put its house in order.
    """
    try:
        step = next(operation)
        while True:
            try:
                data = _perform(step, pipe)
            except BaseException as error:
                operation.throw(error)
                raise
            step = operation.send(data)
    except StopIteration as done:
        result: T = done.value
        return result


def _perform(step: Step, pipe: BytePipe) -> bytes:
    if isinstance(step, Transmit):
        pipe.send(step.data)
        return b""
    return pipe.receive(step.max_wait_s)


def _call(
    operation: Callable[Concatenate[SessionEngine, P], Operation[T]],
) -> "Callable[Concatenate[DlmsSession, P], T]":
    """An operation of the engine as a blocking call, with the same arguments and the same page."""

    def call(session: "DlmsSession", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return run(operation(session.engine, *args, **kwargs), session.pipe)

    update_wrapper(call, operation)
    return call


class DlmsSession(SessionState):
    """One client session over one blocking link; also a context manager that releases and disconnects.

    It waits in device time (`pipe.now_s()`), lets the framing repeat its frames, and itself repeats
    nothing but reads.

    Args:
        pipe: the bytes.
        framing: client side of HDLC or wrapper.
        client: the association.
        response_timeout_s: device time to wait for an answer, retries of the framing included.
        retries: how often a read that got no answer is asked again.
        on_frame: called with ``tx`` or ``rx`` and the bytes, as they are sent or come.
    """

    def __init__(
        self,
        pipe: BytePipe,
        framing: Framing,
        client: ClientConnection,
        *,
        response_timeout_s: float = 5.0,
        retries: int = 0,
        on_frame: FrameHook | None = None,
    ) -> None:
        terms = SessionTerms(response_timeout_s, retries)
        super().__init__(SessionEngine(framing, client, pipe.now_s, terms=terms, on_frame=on_frame))
        self.pipe = pipe

    connect = _call(SessionEngine.connect)
    disconnect = _call(SessionEngine.disconnect)
    associate = _call(SessionEngine.associate)
    release = _call(SessionEngine.release)
    keep_alive = _call(SessionEngine.keep_alive)
    get = _call(SessionEngine.get)
    get_octets = _call(SessionEngine.get_octets)
    get_list = _call(SessionEngine.get_list)
    set = _call(SessionEngine.set)
    set_list = _call(SessionEngine.set_list)
    action = _call(SessionEngine.action)
    action_list = _call(SessionEngine.action_list)
    access = _call(SessionEngine.access)
    profile_shape = _call(profile_shape)
    read_profile = _call(read_profile)
    read_latest = _call(read_latest)
    read_many = _call(read_many)
    read_clock = _call(read_clock)
    correct_clock = _call(correct_clock)
    invocation_counter = _call(invocation_counter)
    wait_notification = _call(SessionEngine.wait_notification)
    exchange_apdu = _call(SessionEngine.exchange_apdu)
    send_raw = _call(SessionEngine.send_raw)
    receive_raw = _call(SessionEngine.receive_raw)

    def __enter__(self) -> "DlmsSession":
        if not self.connected:
            self.connect()
        if self.negotiated is None:
            self.associate()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            try:
                if self.negotiated is not None:
                    self.release()
            finally:
                self.disconnect()
        except DlmsError:
            # What went wrong inside matters more than a farewell that failed.
            if kind is None:
                raise
