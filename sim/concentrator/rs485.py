"""Two RS-485 buses: HDLC meters on serial lines, one exchange at a time; the totaliser is one (F8-04)."""

from collections import deque
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from simpy import Environment, Event, Resource

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.hdlc import HdlcClient
from protocols.dlms.session import Operation, SessionEngine, SessionTerms, Transmit
from sim.concentrator.meter_sessions import MeterKeys, Work
from sim.kernel.ports import Attachment, Port
from sim.kernel.timing import Timer

T = TypeVar("T")
Steps = Generator[Event, Any, T]

#: The specification names two.
BUSES_MAX = 2
_READER_SAP, _METER_SAP = 2, 1


class SerialLine:
    """The concentrator's end of one bus; a session runs on it from connect to disconnect.

    Args:
        env: the world's environment.
        port: of the device at the other end.
    """

    __slots__ = ("_alarm", "_attachment", "_env", "_heard", "_port", "_turn", "_waiter")

    def __init__(self, env: Environment, port: Port) -> None:
        self._env = env
        self._port = port
        self._turn = Resource(env, capacity=1)
        self._heard: deque[bytes] = deque()
        self._waiter: Event | None = None
        self._alarm = Timer(env, self._wake)
        self._attachment: Attachment | None = None

    def visit(self, keys: MeterKeys, work: Work[T], now_s: Callable[[], float]) -> Steps[T]:
        """Connect, associate as the reader, work, release, disconnect.

        Raises:
            DlmsError: as the session says.
        """
        lls = None if keys.password is None else Lls(keys.password)
        client = ClientConnection(client_sap=_READER_SAP, authentication=lls)
        framing = HdlcClient(_READER_SAP, _METER_SAP)
        engine = SessionEngine(framing, client, now_s, terms=SessionTerms(10.0, 1))
        with self._turn.request() as turn:
            yield turn
            self._attachment = self._port.attach(self._take)
            try:
                return (yield from self._run(_whole(engine, work)))
            finally:
                self._attachment.detach()
                self._attachment = None
                self._heard.clear()

    def _run(self, operation: Operation[T]) -> Steps[T]:
        try:
            step = next(operation)
            while True:
                if isinstance(step, Transmit):
                    if self._attachment is not None:
                        self._attachment.send(step.data)
                    step = operation.send(b"")
                else:
                    data = yield from self._listen(step.max_wait_s)
                    step = operation.send(data)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            operation.close()

    def _listen(self, max_wait_s: float) -> Steps[bytes]:
        if not self._heard:
            self._waiter = self._env.event()
            self._alarm.set(float(self._env.now) + max_wait_s)
            yield self._waiter
            self._alarm.cancel()
        data = b"".join(self._heard)
        self._heard.clear()
        return data

    def _take(self, data: bytes) -> None:
        self._heard.append(data)
        self._wake()

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.succeed()


def _whole(engine: SessionEngine, work: Work[T]) -> Operation[T]:
    yield from engine.connect()
    yield from engine.associate()
    result = yield from work(engine)
    yield from engine.release()
    yield from engine.disconnect()
    return result
