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
from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import ApduReceived, Event, Framing, LinkDisconnected, SpeedChanged
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.mode_e import Identification, ModeEServer
from protocols.dlms.mode_e.characters import LETTER_OF_BAUD, OPENING_BAUD
from protocols.dlms.notifying import UnsolicitedApdu
from protocols.dlms.server import ServerConnection
from sim.kernel.alarm import Alarm
from sim.kernel.ports import Port, PortSession, Write
from sim.meter.parts import Parts
from sim.meter.profile import PortTerms

#: the optical port: the opening of IEC 62056-21 at 300 baud, then HDLC
OPTICAL = "mode-e"
#: what it says of the meter there; the small letter promises to react within 20 ms
IDENTIFICATION = Identification("AMb", LETTER_OF_BAUD[9600], offers_hdlc=True, text="PPKW")


@dataclass(frozen=True, slots=True)
class PortHooks:
    """The meter as its ports see it.

    Args:
        powered: False while the meter is dead: bytes then fall on the floor.
        settle: brings every register to this instant; called before an APDU is looked at.
        traffic: called when an APDU came, for the lamp.
        wrong_password: called when a client was refused for its password.
        guard: wraps what comes from outside, so that it ends where the power does.
        random_octets: gives so many random octets, for challenges.
    """

    powered: Callable[[], bool]
    settle: Callable[[], None]
    traffic: Callable[[], None]
    wrong_password: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    random_octets: Callable[[int], bytes]


class DlmsPortSession:
    """One peer's framing and association.

    Args:
        env: the world's event loop.
        write: takes bytes to the peer.
        make_framing: a fresh server framing.
        make_connection: a fresh set of associations over the meter's objects.
        hooks: the meter.
        terms: response delay and sizes.
        on_closed: called with the session when its peer goes.
        set_speed: called with the baud that the line runs at from then on.
    """

    __slots__ = (
        "_alarm",
        "_connection",
        "_env",
        "_framing",
        "_guarded_act_on",
        "_hooks",
        "_life",
        "_make_connection",
        "_make_framing",
        "_on_closed",
        "_set_speed",
        "_terms",
        "_write",
    )

    def __init__(
        self,
        env: Environment,
        write: Write,
        make_framing: Callable[[], Framing],
        make_connection: Callable[[], ServerConnection],
        hooks: PortHooks,
        terms: PortTerms,
        on_closed: Callable[["DlmsPortSession"], None],
        set_speed: Callable[[int], None],
    ) -> None:
        self._env = env
        self._write = write
        self._make_framing = make_framing
        self._make_connection = make_connection
        self._hooks = hooks
        self._terms = terms
        self._on_closed = on_closed
        self._set_speed = set_speed
        self._life = 0
        self._alarm = Alarm(env, hooks.guard(self._time_out))
        self._guarded_act_on = hooks.guard(self._act_on)
        self.reset()

    def reset(self) -> None:
        """Forget link and association, as a power cut does; answers still under way are lost."""
        self._life += 1
        self._alarm.cancel()
        self._framing = self._make_framing()
        self._connection = self._make_connection()

    def receive(self, data: bytes) -> None:
        """Bytes came from the peer."""
        if self._hooks.powered():
            self._guarded_act_on(self._framing.receive_data(data, self._now_s))

    def push(self, notification: UnsolicitedApdu, client_sap: int) -> None:
        """Send something unasked: by UI frames over HDLC, in wrapper PDUs over the wrapper.

        Raises:
            LocalProtocolError: the client is unknown.
        """
        server_sap, now_s = self._terms.server_sap, self._now_s
        first = self._connection.notify(notification, client_sap, server_sap)
        for apdu in (first, *self._connection.further_apdus()):
            if isinstance(self._framing, HdlcServer):
                form = min(self._terms.hdlc_address_bytes)
                self._framing.send_unnumbered(
                    apdu, client_sap=client_sap, server_sap=server_sap, address_bytes=form
                )
            else:
                self._framing.send_apdu(apdu, client_sap=client_sap, server_sap=server_sap, now_s=now_s)
        self._send_later(self._framing.data_to_send(), None)

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
        baud = None
        for event in events:
            if isinstance(event, ApduReceived):
                self._answer(event)
            elif isinstance(event, LinkDisconnected):
                self._connection.link_lost(event.client_sap)
            elif isinstance(event, SpeedChanged):
                baud = event.baud
        self._send_later(self._framing.data_to_send(), baud)
        deadline_s = self._framing.next_deadline()
        if deadline_s is not None or self._alarm.at_s is not None:
            self._alarm.set(deadline_s)

    def _answer(self, request: ApduReceived) -> None:
        self._hooks.traffic()
        self._hooks.settle()
        client_sap, server_sap, now_s = request.client_sap, request.server_sap, self._now_s
        answer = self._connection.receive_apdu(request.apdu, client_sap, server_sap, now_s)
        if answer is not None:
            if answer[0] == Aare.tag and password_was_wrong(answer):
                self._hooks.wrong_password()
            self._framing.send_apdu(answer, client_sap=client_sap, server_sap=server_sap, now_s=now_s)
            for apdu in self._connection.further_apdus():
                self._framing.send_apdu(apdu, client_sap=client_sap, server_sap=server_sap, now_s=now_s)

    def _send_later(self, data: bytes, baud: int | None) -> None:
        """Write after the time to think; the speed changes behind what was to be sent at the old one."""
        if not data:
            if baud is not None:
                self._set_speed(baud)
            return
        life = self._life
        if self._terms.response_delay_s:
            timeout = self._env.timeout(self._terms.response_delay_s)
            timeout.callbacks.append(lambda _event: self._send(data, baud, life))
        else:
            self._send(data, baud, life)

    def _send(self, data: bytes, baud: int | None, life: int) -> None:
        """Write, unless the power went meanwhile."""
        if life == self._life and self._hooks.powered():
            self._write(data)
            if baud is not None:
                self._set_speed(baud)


def password_was_wrong(apdu: bytes) -> bool:
    """Whether the answer to an association request is a refusal for the password."""
    answer = decode_apdu(apdu)
    return isinstance(answer, Aare) and answer.diagnostic is SourceDiagnostic.USER_AUTHENTICATION_FAILURE


class MeterPorts:
    """The ports of one meter, by framing name, and the sessions on them.

    Args:
        env: the world's event loop.
        devices: gives what is served, on every port alike; asked when the first peer comes.
        hooks: the meter.
        terms: addresses, sizes, times.
        factories: what makes the data link and the association of a peer.
    """

    __slots__ = ("_by_port", "_sessions", "ports")

    def __init__(
        self,
        env: Environment,
        devices: Callable[[], LogicalDevices],
        hooks: PortHooks,
        terms: PortTerms,
        factories: Parts,
    ) -> None:
        self._sessions: list[DlmsPortSession] = []
        self._by_port: dict[str, list[DlmsPortSession]] = {}
        framings: dict[str, Callable[[], Framing]] = {
            "wrapper": lambda: factories.wrapper_server(terms),
            "hdlc": lambda: factories.hdlc_server(terms),
            OPTICAL: lambda: ModeEServer(factories.hdlc_server(terms), IDENTIFICATION),
        }

        def make_connection() -> ServerConnection:
            limits = ServerLimits(max_receive_pdu=terms.max_pdu)
            return factories.server_connection(devices(), limits, random_octets=hooks.random_octets)

        def set_speed(baud: int) -> None:
            self.ports[OPTICAL].set_speed(baud)

        def forget(session: DlmsPortSession) -> None:
            self._sessions.remove(session)
            for sessions in self._by_port.values():
                if session in sessions:
                    sessions.remove(session)

        def open_session(name: str, make_framing: Callable[[], Framing]) -> Callable[[Write], PortSession]:
            def opened(write: Write) -> PortSession:
                session = DlmsPortSession(
                    env,
                    write,
                    make_framing,
                    make_connection,
                    hooks,
                    terms,
                    forget,
                    set_speed,
                )
                self._sessions.append(session)
                self._by_port.setdefault(name, []).append(session)
                return session

            return opened

        self.ports: dict[str, Port] = {
            name: Port(env, name, open_session(name, make_framing)) for name, make_framing in framings.items()
        }
        self.ports[OPTICAL].set_speed(OPENING_BAUD)

    def push(self, port: str, notification: UnsolicitedApdu, client_sap: int) -> bool:
        """Send something unasked to everybody who is attached to a port; False where nobody is."""
        if self.ports[port].paused:
            return False
        sessions = self._by_port.get(port, [])
        try:
            for session in sessions:
                session.push(notification, client_sap)
        except LocalProtocolError:
            return False
        return bool(sessions)

    def reset(self) -> None:
        """Every session forgets its link and association; the peers stay attached."""
        self.ports[OPTICAL].set_speed(OPENING_BAUD)
        for session in self._sessions:
            session.reset()
