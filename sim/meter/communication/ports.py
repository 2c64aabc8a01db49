"""Byte ports: framing, association and objects joined, once for each peer; and the transport of pushes.

A port knows nothing of tokens or energy: it brings bytes to a `ServerConnection` over the meter's one
device model, lets the meter close its books before each answer, and answers after the time that the meter
takes to think.

A push leaves to every peer that is attached to its port, and by dialling its destination. The meter knows
no network: its world gives it a `Dial`, a register of destinations in a virtual one, sockets where it is
served; without one it dials nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from simpy import Environment

from protocols.dlms.acse import Aare
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import SourceDiagnostic
from protocols.dlms.cosem.access import TransportService
from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.errors import LocalProtocolError
from protocols.dlms.framing import ApduReceived, Event, Framing, LinkDisconnected, SpeedChanged
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.mode_e import Identification, ModeEServer
from protocols.dlms.mode_e.messages import LETTER_OF_BAUD, OPENING_BAUD
from protocols.dlms.server.association import ServerLimits
from protocols.dlms.server.connection import ServerConnection, UnsolicitedApdu
from protocols.dlms.xdlms.notification import DataNotification
from protocols.plc.cl432 import MAX_DATA_SIZE, LlcServer
from sim.kernel.ports import Port, PortSession, Write
from sim.kernel.timing import Timer
from sim.meter.communication.push import PORTS, OnSent, PushTerms
from sim.meter.hardware import CARRIED, FrameCorrupter, ModuleKind, ModuleSlot
from sim.meter.parts import Parts
from sim.meter.profile import PortTerms

#: the optical port: the opening of IEC 62056-21 at 300 baud, then HDLC
OPTICAL = "mode-e"
#: the modem on the power line: each chunk in or out is one LPDU
PLC = "plc"
#: a radio module: wrapper PDUs
RF = "rf"
#: what it says of the meter there; the small letter promises to react within 20 ms
IDENTIFICATION = Identification("AMb", LETTER_OF_BAUD[9600], offers_hdlc=True, text="PPKW")


@dataclass(frozen=True, slots=True)
class PortHooks:
    """Meter as its ports see it.

    Args:
        powered: False while the meter is dead: bytes then fall on the floor.
        settle: brings every register to this instant; called before an APDU is looked at.
        traffic: called when an APDU came, for the lamp.
        wrong_password: called when a client was refused for its password.
        guard: wraps what comes from outside, so that it ends where the power does.
        random_octets: gives so many random octets, for challenges.
        slot: the communication module, which carries some of the ports.
        frame_corrupter: what everything that is sent goes through.
    """

    powered: Callable[[], bool]
    settle: Callable[[], None]
    traffic: Callable[[], None]
    wrong_password: Callable[[], None]
    guard: Callable[[Callable[..., None]], Callable[..., None]]
    random_octets: Callable[[int], bytes]
    slot: ModuleSlot = field(default_factory=ModuleSlot)
    frame_corrupter: FrameCorrupter = field(default_factory=FrameCorrupter)

    def at(self, port: str) -> "PortHooks":
        """The same for one port, which is dead while no module carries it."""
        powered, carries = self.powered, self.slot.carries
        return replace(self, powered=lambda: powered() and carries(port))


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
        self._alarm = Timer(env, hooks.guard(self._time_out))
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

    def push(self, notification: UnsolicitedApdu, client_sap: int, *, at_once: bool) -> None:
        """Send something unasked: by UI frames over HDLC, in wrapper PDUs over the wrapper.

        Args:
            notification: what.
            client_sap: to whom.
            at_once: without thinking, also by a meter whose power has just gone.

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
        while data := self._framing.data_to_send():
            if at_once:
                self._write(self._hooks.frame_corrupter.pass_on(data))
            else:
                self._send_later(data, None)

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
        data = self._framing.data_to_send()
        self._send_later(data, baud)
        while data and (data := self._framing.data_to_send()):  # an LLC gives one LPDU at a time
            self._send_later(data, None)
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
            self._write(self._hooks.frame_corrupter.pass_on(data))
            if baud is not None:
                self._set_speed(baud)


def password_was_wrong(apdu: bytes) -> bool:
    """True where the answer to an association request is a refusal for the password."""
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

    __slots__ = ("_by_port", "_sessions", "_slot", "ports")

    def __init__(
        self,
        env: Environment,
        devices: Callable[[], LogicalDevices],
        hooks: PortHooks,
        terms: PortTerms,
        factories: Parts,
    ) -> None:
        self._slot = hooks.slot
        self._sessions: list[DlmsPortSession] = []
        self._by_port: dict[str, list[DlmsPortSession]] = {}
        framings: dict[str, Callable[[], Framing]] = {
            "wrapper": lambda: factories.wrapper_server(terms),
            "hdlc": lambda: factories.hdlc_server(terms),
            OPTICAL: lambda: ModeEServer(factories.hdlc_server(terms), IDENTIFICATION),
            PLC: lambda: LlcServer({terms.server_sap}),
            RF: lambda: factories.wrapper_server(terms),
        }

        def make_connection(on_plc: bool) -> ServerConnection:
            limits = ServerLimits(max_receive_pdu=terms.max_pdu)
            if on_plc:
                taken = min(terms.max_pdu, MAX_DATA_SIZE)
                limits = ServerLimits(max_receive_pdu=taken, max_send_pdu=MAX_DATA_SIZE)
            return factories.server_connection(devices(), limits, random_octets=hooks.random_octets)

        def set_speed(baud: int) -> None:
            self.ports[OPTICAL].set_speed(baud)

        def forget(session: DlmsPortSession) -> None:
            self._sessions.remove(session)
            for sessions in self._by_port.values():
                if session in sessions:
                    sessions.remove(session)

        def open_session(name: str, make_framing: Callable[[], Framing]) -> Callable[[Write], PortSession]:
            hooks_here = hooks.at(name)

            def opened(write: Write) -> PortSession:
                session = DlmsPortSession(
                    env,
                    write,
                    make_framing,
                    lambda: make_connection(name == PLC),
                    hooks_here,
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

    def push(
        self, port: str, notification: UnsolicitedApdu, client_sap: int, *, at_once: bool = False
    ) -> bool:
        """Send something unasked to every peer that is attached to a port; False where none is.

        What is meant for the wrapper takes the port of the module that is fitted.
        """
        if port == "wrapper" and not self._by_port.get(port):
            port = next((name for name in (PLC, RF) if self._by_port.get(name)), port)
        if self.ports[port].paused or not self._slot.carries(port):
            return False
        sessions = self._by_port.get(port, [])
        try:
            for session in sessions:
                session.push(notification, client_sap, at_once=at_once)
        except LocalProtocolError:
            return False
        return bool(sessions)

    def encoded(self, port: str, notification: UnsolicitedApdu, client_sap: int) -> bytes:
        """The octets of something unasked for a peer that is dialled; empty where the port carries nothing.

        It goes over a session of its own, which is over with it.
        """
        if self.ports[port].paused or not self._slot.carries(port):
            return b""
        octets: list[bytes] = []
        session = self.ports[port].open_session(octets.append)
        try:
            cast(DlmsPortSession, session).push(notification, client_sap, at_once=True)
        except LocalProtocolError:
            return b""
        finally:
            session.closed()
        return b"".join(octets)

    def pause(self, paused: bool) -> None:
        """Make the meter deaf and mute at every port, or end that."""
        for port in self.ports.values():
            port.paused = paused

    def module_changed(self, before: ModuleKind, after: ModuleKind) -> None:
        """A module was pulled out or fitted: the sessions over the one or the other are over."""
        for name in (*CARRIED[before], *CARRIED[after]):
            for session in self._by_port.get(name, ()):
                session.reset()

    def reset(self) -> None:
        """Every session forgets its link and association; the peers stay attached."""
        self.ports[OPTICAL].set_speed(OPENING_BAUD)
        for session in self._sessions:
            session.reset()


# ------------------------------------------------------------ communication lamp

#: How long it shines after the last APDU, s.
LIT_S = 2.0


class CommsLamp:
    """Lamp that is lit for a moment after every APDU.

    Args:
        env: the world's event loop.
    """

    __slots__ = ("_env", "_until_s")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._until_s = 0.0

    def note(self) -> None:
        """An APDU came."""
        self._until_s = self._env.now + LIT_S

    def lit(self) -> bool:
        """True while it is lit."""
        return bool(self._env.now < self._until_s)


# ------------------------------------------------------------ push transport

#: Carries octets to a destination as the push setup has it, and tells once whether they went, now or later.
Dial = Callable[[TransportService, bytes, bytes, OnSent], None]

#: The transports whose destination is a place in a network.
_DIALLED = frozenset({TransportService.TCP, TransportService.UDP})


class PushTransport:
    """Transport of the notifications of one meter.

    Args:
        links: its ports.

    Attributes:
        dial: the network; None where there is none.
    """

    __slots__ = ("_links", "dial")

    def __init__(self, links: MeterPorts) -> None:
        self._links = links
        self.dial: Dial | None = None

    def send(
        self, terms: PushTerms, notification: DataNotification, on_sent: OnSent, *, at_once: bool = False
    ) -> None:
        """Send a notification by every way that there is; `on_sent` hears whether one of them took it.

        Args:
            terms: where to, to whom, by which transport.
            notification: what.
            on_sent: called once.
            at_once: without thinking, also by a meter whose power has just gone.
        """
        port = PORTS[terms.transport]
        heard = self._links.push(port, notification, terms.client_sap, at_once=at_once)
        dial = self.dial if terms.destination and terms.transport in _DIALLED else None
        octets = b"" if dial is None else self._links.encoded(port, notification, terms.client_sap)
        if dial is None or not octets:
            on_sent(heard)
        else:
            dial(terms.transport, terms.destination, octets, lambda went: on_sent(went or heard))
