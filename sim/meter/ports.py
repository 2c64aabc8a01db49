"""The byte ports: framing, association and objects joined, once for each peer that attaches.

A port knows nothing of tokens or energy: it brings bytes to a `ServerConnection` over the meter's one
device model, lets the meter close its books before each answer, and answers after the time that the meter
takes to think.
"""

from collections.abc import Callable
from dataclasses import dataclass

from simpy import Environment

from protocols.dlms.acse import Aare
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.association import ServerLimits
from protocols.dlms.codes import SourceDiagnostic
from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.framing import ApduReceived, Event, Framing, LinkDisconnected
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.server import ServerConnection
from protocols.dlms.wrapper import WrapperServer
from sim.kernel.alarm import Alarm
from sim.kernel.ports import Port, PortSession, Write
from sim.meter.profile import PortTerms

MS_PER_S = 1_000


@dataclass(frozen=True, slots=True)
class PortHooks:
    """The meter as its ports see it.

    Args:
        powered: False while the meter is dead: bytes then fall on the floor.
        settle: brings every register to this instant; called before an APDU is looked at.
        traffic: called when an APDU came, for the lamp.
        wrong_password: called when a client was refused for its password.
        guard: wraps what comes from outside, so that it ends where the power does.
    """

    powered: Callable[[], bool]
    settle: Callable[[], None]
    traffic: Callable[[], None]
    wrong_password: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]


class DlmsPortSession:
    """One peer's framing and association.

    Args:
        env: the world's event loop.
        write: takes bytes to the peer.
        make_framing: a fresh server framing.
        devices: what is served.
        hooks: the meter.
        terms: response delay and sizes.
        on_closed: called with the session when its peer goes.
    """

    __slots__ = (
        "_alarm",
        "_connection",
        "_devices",
        "_env",
        "_framing",
        "_guarded_act_on",
        "_hooks",
        "_life",
        "_make_framing",
        "_on_closed",
        "_terms",
        "_write",
    )

    def __init__(
        self,
        env: Environment,
        write: Write,
        make_framing: Callable[[], Framing],
        devices: LogicalDevices,
        hooks: PortHooks,
        terms: PortTerms,
        on_closed: Callable[["DlmsPortSession"], None],
    ) -> None:
        self._env = env
        self._write = write
        self._make_framing = make_framing
        self._devices = devices
        self._hooks = hooks
        self._terms = terms
        self._on_closed = on_closed
        self._life = 0
        self._alarm = Alarm(env, hooks.guard(self._time_out))
        self._guarded_act_on = hooks.guard(self._act_on)
        self.reset()

    def reset(self) -> None:
        """Forget link and association, as a power cut does; answers still under way are lost."""
        self._life += 1
        self._alarm.cancel()
        self._framing = self._make_framing()
        self._connection = ServerConnection(self._devices, ServerLimits(max_receive_pdu=self._terms.max_pdu))

    def receive(self, data: bytes) -> None:
        """Bytes came from the peer."""
        if self._hooks.powered():
            self._guarded_act_on(self._framing.receive_data(data, self._now_s))

    def closed(self) -> None:
        """The peer went away."""
        self.reset()
        self._on_closed(self)

    @property
    def _now_s(self) -> float:
        return float(self._env.now)

    def _time_out(self) -> None:
        self._act_on(self._framing.handle_timeout(self._now_s))

    def _act_on(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, ApduReceived):
                self._answer(event)
            elif isinstance(event, LinkDisconnected):
                self._connection.link_lost(event.client_sap)
        self._send_later(self._framing.data_to_send())
        self._alarm.set(self._framing.next_deadline())

    def _answer(self, request: ApduReceived) -> None:
        self._hooks.traffic()
        self._hooks.settle()
        client_sap, server_sap, now_s = request.client_sap, request.server_sap, self._now_s
        answer = self._connection.receive_apdu(request.apdu, client_sap, server_sap, now_s)
        if answer is not None:
            if password_was_wrong(answer):
                self._hooks.wrong_password()
            self._framing.send_apdu(answer, client_sap=client_sap, server_sap=server_sap, now_s=now_s)

    def _send_later(self, data: bytes) -> None:
        if not data:
            return
        life = self._life

        def send(_event: object) -> None:
            if life == self._life and self._hooks.powered():
                self._write(data)

        self._env.timeout(self._terms.response_delay_s).callbacks.append(send)


def password_was_wrong(apdu: bytes) -> bool:
    """Tell whether the server refused an association for its password."""
    if apdu[:1] != bytes([Aare.tag]):
        return False
    answer = decode_apdu(apdu)
    return isinstance(answer, Aare) and answer.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE


class MeterPorts:
    """The ports of one meter, by framing name, and the sessions on them.

    Args:
        env: the world's event loop.
        devices: what is served, on every port alike.
        hooks: the meter.
        terms: addresses, sizes, times.
    """

    __slots__ = ("_sessions", "ports")

    def __init__(self, env: Environment, devices: LogicalDevices, hooks: PortHooks, terms: PortTerms) -> None:
        self._sessions: list[DlmsPortSession] = []
        framings: dict[str, Callable[[], Framing]] = {
            "wrapper": lambda: WrapperServer({terms.server_sap}),
            "hdlc": lambda: _hdlc_server(terms),
        }

        def open_session(make_framing: Callable[[], Framing]) -> Callable[[Write], PortSession]:
            def opened(write: Write) -> PortSession:
                session = DlmsPortSession(
                    env, write, make_framing, devices, hooks, terms, self._sessions.remove
                )
                self._sessions.append(session)
                return session

            return opened

        self.ports: dict[str, Port] = {
            name: Port(env, name, open_session(make_framing)) for name, make_framing in framings.items()
        }

    def reset(self) -> None:
        """Every session forgets its link and association; the peers stay attached."""
        for session in self._sessions:
            session.reset()


def _hdlc_server(terms: PortTerms) -> HdlcServer:
    return HdlcServer(
        server_saps={terms.server_sap},
        physical_address=terms.physical_address,
        max_info=terms.hdlc_max_info,
        window=terms.hdlc_window,
        inactivity_timeout_s=terms.hdlc_inactivity_time_out_s,
        inter_octet_timeout_s=terms.hdlc_inter_octet_time_out_ms / MS_PER_S,
    )
