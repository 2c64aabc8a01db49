"""Sessions of both kinds over a device in the same process, in a time that passes only while they wait."""

from collections.abc import Callable, Coroutine
from typing import Any

from dlms_small_device import MANAGER_SAP, PASSWORD

from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.cosem import LogicalDevice
from protocols.dlms.framing import ApduReceived, Framing, LinkDisconnected
from protocols.dlms.hdlc import HdlcClient, HdlcServer
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.session import AsyncDlmsSession, DlmsSession
from protocols.dlms.wrapper import WrapperClient, WrapperServer

FRAMINGS: dict[str, Callable[[], tuple[Framing, Framing]]] = {
    "wrapper": lambda: (WrapperClient(MANAGER_SAP, 1), WrapperServer()),
    "hdlc": lambda: (HdlcClient(MANAGER_SAP, 1), HdlcServer()),
    "hdlc, 4-byte address": lambda: (HdlcClient(MANAGER_SAP, 1, address_bytes=4), HdlcServer()),
    "hdlc, long frames": lambda: (
        HdlcClient(MANAGER_SAP, 1, max_info=512, window=3),
        HdlcServer(max_info=512, window=3),
    ),
}


class DevicePipe:
    """A device at the other end: time passes only while the session waits."""

    def __init__(self, framing: Framing, server: ServerConnection) -> None:
        self.framing = framing
        self.server = server
        self.time_s = 0.0
        self.paused = False
        #: Answers that are lost, from the next one on; or that come only when something else is sent.
        self.losing = 0
        self.delaying = 0
        #: Tells which APDUs of the server do not arrive.
        self.loses: Callable[[bytes], bool] = lambda _apdu: False
        self.requests: list[bytes] = []
        self.pushes: list[bytes] = []
        self.garbage = b""
        self._late: list[bytes] = []

    def now_s(self) -> float:
        return self.time_s

    def send(self, data: bytes) -> None:
        if self.paused:
            return
        for event in self.framing.receive_data(data, self.time_s):
            if isinstance(event, ApduReceived):
                self.requests.append(event.apdu)
                answer = self.server.receive_apdu(event.apdu, event.client_sap, event.server_sap, self.time_s)
                answers = [*self._due(answer), *self.server.further_apdus()]
                for apdu in [*self.pushes, *(one for one in answers if not self.loses(one))]:
                    self.framing.send_apdu(
                        apdu, client_sap=event.client_sap, server_sap=event.server_sap, now_s=self.time_s
                    )
                self.pushes.clear()
            if isinstance(event, LinkDisconnected):
                self.server.link_lost(event.client_sap)

    def receive(self, max_wait_s: float) -> bytes:
        data, self.garbage = self.garbage + self.framing.data_to_send(), b""
        if not data:
            self.time_s += max_wait_s
        return data

    def _due(self, answer: bytes | None) -> list[bytes]:
        if answer is None:
            return []
        if self.losing:
            self.losing -= 1
            return []
        if self.delaying:
            self.delaying -= 1
            self._late.append(answer)
            return []
        late, self._late = self._late, []
        return [*late, answer]


class AsyncDevicePipe:
    """The same device, awaited."""

    def __init__(self, pipe: DevicePipe) -> None:
        self.pipe = pipe

    def now_s(self) -> float:
        return self.pipe.now_s()

    async def send(self, data: bytes) -> None:
        self.pipe.send(data)

    async def receive(self, max_wait_s: float) -> bytes:
        return self.pipe.receive(max_wait_s)


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine whose pipe never waits: no event loop is needed."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("a pipe that never waits was waited for")


class Awaited:
    """An awaited session that is called like a blocking one."""

    def __init__(self, session: AsyncDlmsSession, pipe: DevicePipe) -> None:
        self.__dict__.update(session=session, pipe=pipe)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.session, name)
        if not callable(found) or name == "on_frame":
            return found
        return lambda *args, **kwargs: finish(found(*args, **kwargs))

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.session, name, value)

    def __enter__(self) -> "Awaited":
        finish(self.session.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        finish(self.session.__aexit__(*error))


def _blocking(pipe: DevicePipe, *args: Any, **terms: Any) -> DlmsSession:
    return DlmsSession(pipe, *args, **terms)


def _awaited(pipe: DevicePipe, *args: Any, **terms: Any) -> Awaited:
    return Awaited(AsyncDlmsSession(AsyncDevicePipe(pipe), *args, **terms), pipe)


DRIVERS: dict[str, Callable[..., Any]] = {"blocking": _blocking, "awaited": _awaited}


def make_session(
    driver: str,
    device: LogicalDevice,
    framings: tuple[Framing, Framing],
    *,
    terms: dict[str, Any] | None = None,
    **client: Any,
) -> Any:
    """A session of the manager, not connected yet."""
    near, far = framings
    client.setdefault("authentication", Lls(PASSWORD))
    connection = ClientConnection(client_sap=MANAGER_SAP, server_sap=1, **client)
    return DRIVERS[driver](DevicePipe(far, ServerConnection(device)), near, connection, **(terms or {}))
