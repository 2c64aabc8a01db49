"""The blocking driver: runs the operations of a `SessionEngine` over a pipe that blocks."""

from collections.abc import Callable
from functools import update_wrapper
from types import TracebackType
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from protocols.dlms.client import ClientConnection
from protocols.dlms.errors import DlmsError
from protocols.dlms.framing import Framing
from protocols.dlms.session.core import SessionTerms
from protocols.dlms.session.engine import SessionEngine
from protocols.dlms.session.profiles import profile_shape, read_latest, read_many, read_profile
from protocols.dlms.session.state import SessionState
from protocols.dlms.session.steps import Operation, Step, Transmit
from protocols.dlms.session.strategies import invocation_counter
from protocols.dlms.session.transport import FrameHook

P = ParamSpec("P")
T = TypeVar("T")


class BytePipe(Protocol):
    """What a blocking session needs of a link."""

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
