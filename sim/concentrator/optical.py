"""The optical port: the own logical device over HDLC, for somebody who stands before it (F8-03)."""

from collections.abc import Callable

from simpy import Environment

from protocols.dlms.framing import ApduReceived, Event, LinkDisconnected
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.server import ServerConnection
from sim.concentrator.own_device import OWN_SAP
from sim.kernel.alarm import Alarm
from sim.kernel.ports import PortSession, Write

#: bit/s of the port; HDLC directly, without the opening of mode E
BAUD = 9_600
_PHYSICAL_ADDRESS = 17
#: s to think before an answer
_DELAY_S = 0.02


class OpticalSessions:
    """Makes the sessions of the port.

    Args:
        env: the world's environment.
        make_own: a fresh server over the concentrator's own logical device.
        powered: False while it is dead.
    """

    __slots__ = ("_env", "_make_own", "_powered", "_sessions")

    def __init__(
        self, env: Environment, make_own: Callable[[], ServerConnection], powered: Callable[[], bool]
    ) -> None:
        self._env = env
        self._make_own = make_own
        self._powered = powered
        self._sessions: list[OpticalSession] = []

    def open(self, write: Write) -> PortSession:
        """A probe is put on."""
        session = OpticalSession(self._env, write, self._make_own, self._powered)
        self._sessions.append(session)
        return session

    def reset(self) -> None:
        """The power went."""
        for session in self._sessions:
            session.reset()


class OpticalSession:
    """One probe."""

    __slots__ = ("_alarm", "_env", "_framing", "_make_own", "_own", "_powered", "_write")

    def __init__(
        self,
        env: Environment,
        write: Write,
        make_own: Callable[[], ServerConnection],
        powered: Callable[[], bool],
    ) -> None:
        self._env = env
        self._write = write
        self._make_own = make_own
        self._powered = powered
        self._alarm = Alarm(env, self._time_out)
        self.reset()

    def reset(self) -> None:
        """Forget link and association."""
        self._framing = HdlcServer({OWN_SAP}, _PHYSICAL_ADDRESS, inter_octet_timeout_s=0.5)
        self._own = self._make_own()
        self._alarm.cancel()

    def receive(self, data: bytes) -> None:
        """Bytes came from the probe."""
        if self._powered():
            self._act(self._framing.receive_data(data, float(self._env.now)))

    def closed(self) -> None:
        """The probe was taken off."""
        self.reset()

    def _time_out(self) -> None:
        self._act(self._framing.handle_timeout(float(self._env.now)))

    def _act(self, events: list[Event]) -> None:
        now_s = float(self._env.now)
        for event in events:
            if isinstance(event, ApduReceived):
                answer = self._own.receive_apdu(event.apdu, event.client_sap, event.server_sap, now_s)
                for apdu in (answer, *self._own.further_apdus()):
                    if apdu is not None:
                        self._framing.send_apdu(
                            apdu, client_sap=event.client_sap, server_sap=event.server_sap, now_s=now_s
                        )
            elif isinstance(event, LinkDisconnected):
                self._own.link_lost(event.client_sap)
        data = self._framing.data_to_send()
        if data:
            callbacks = self._env.timeout(_DELAY_S).callbacks
            assert callbacks is not None  # noqa: S101 - SimPy says None only of events in the past
            callbacks.append(lambda _: self._send(data))
        self._alarm.set(self._framing.next_deadline())

    def _send(self, data: bytes) -> None:
        if self._powered():
            self._write(data)
