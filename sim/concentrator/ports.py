"""Ports of a concentrator and the sessions behind them: DLMS wrapper, optical HDLC, uplink.

Behind the wrapper, SAP 1 is the concentrator and every other SAP a meter (F8-03).
"""

from collections.abc import Callable

from simpy import Environment

from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import ApduReceived, Event, LinkDisconnected
from protocols.dlms.gateway import decode_gateway, is_gateway
from protocols.dlms.hdlc import HdlcServer
from protocols.dlms.server.connection import ServerConnection
from protocols.dlms.wrapper import WrapperServer, encode_wpdu
from protocols.dlms.xdlms import error_responses
from protocols.field.uplink_peer import UplinkConcentrator
from sim.concentrator.context import ConcentratorContext
from sim.concentrator.logical_device import OWN_SAP, DeviceContext, own_device
from sim.concentrator.pass_through import UNKNOWN, PassThrough
from sim.concentrator.registry import MeterRecord, Registry
from sim.concentrator.uplink import UplinkHandlers, UplinkSessions
from sim.kernel.ports import Port, PortSession, Write
from sim.kernel.timing import Timer

# ---- port "dlms"


class DlmsSessions:
    """Makes the sessions of the port.

    Args:
        registry: the meters.
        through: the ways to them.
        make_own: a fresh server over the concentrator's own logical device.
        powered: False while it is dead.
    """

    __slots__ = ("_make_own", "_powered", "_registry", "_sessions", "_through")

    def __init__(
        self,
        registry: Registry,
        through: PassThrough,
        make_own: Callable[[], ServerConnection],
        powered: Callable[[], bool],
    ) -> None:
        self._registry = registry
        self._through = through
        self._make_own = make_own
        self._powered = powered
        self._sessions: list[DlmsSession] = []

    def open(self, write: Write) -> PortSession:
        """A peer came."""
        session = DlmsSession(self, write)
        self._sessions.append(session)
        return session

    def reset(self) -> None:
        """Forget every association, as a power cut does; the peers stay attached."""
        for session in self._sessions:
            session.reset()

    def gone(self, session: "DlmsSession") -> None:
        """A peer went."""
        self._sessions.remove(session)
        self._through.forget(session)

    def own(self) -> ServerConnection:
        """A fresh server over the concentrator's own logical device."""
        return self._make_own()

    @property
    def powered(self) -> bool:
        """False while the concentrator is dead."""
        return self._powered()

    def carry(
        self, session: "DlmsSession", meter: MeterRecord, client_sap: int, apdu: bytes, reply: Write
    ) -> None:
        """Carry an APDU through to a meter."""
        self._through.request(session, meter, client_sap, apdu, reply)

    def at(self, sap: int) -> MeterRecord | None:
        """The meter at a server address."""
        return self._registry.by_sap(sap)

    def addressed(self, address: bytes) -> MeterRecord | None:
        """The meter that a gateway header means."""
        by_modem = self._registry.by_eui48(address)
        if by_modem is not None:
            return by_modem
        text = address.decode("ascii", "replace")
        named = (record for record in self._registry if text in (record.serial, record.identity.ldn))
        return next(named, None)


class DlmsSession:
    """One peer of the port."""

    __slots__ = ("_generation", "_own", "_owner", "_wrapper", "_write")

    def __init__(self, owner: DlmsSessions, write: Write) -> None:
        self._owner = owner
        self._write = write
        self._generation = 0
        self.reset()

    def reset(self) -> None:
        """Forget what was under way."""
        self._generation += 1
        self._wrapper = WrapperServer()
        self._own = self._owner.own()

    def receive(self, data: bytes) -> None:
        """Bytes came from the peer."""
        if not self._owner.powered:
            return
        for event in self._wrapper.receive_data(data, 0.0):
            if isinstance(event, ApduReceived):
                self._take(event)

    def closed(self) -> None:
        """The peer went away."""
        self._generation += 1
        self._owner.gone(self)

    def _take(self, event: ApduReceived) -> None:
        apdu, client_sap, sap = event.apdu, event.client_sap, event.server_sap
        if sap != OWN_SAP:
            self._to_meter(self._owner.at(sap), client_sap, apdu, self._replier(client_sap, sap))
        elif is_gateway(apdu):
            self._through_gateway(client_sap, apdu)
        else:
            self._answer_self(client_sap, apdu)

    def _to_meter(
        self, meter: MeterRecord | None, client_sap: int, apdu: bytes, reply: Callable[[bytes], None]
    ) -> None:
        if meter is None:
            reply(UNKNOWN)
        else:
            self._owner.carry(self, meter, client_sap, apdu, reply)

    def _through_gateway(self, client_sap: int, apdu: bytes) -> None:
        back = self._replier(client_sap, OWN_SAP)
        try:
            message = decode_gateway(apdu)
        except DecodeError:
            back(error_responses.MALFORMED)
            return
        if message.is_answer:
            back(error_responses.MALFORMED)
            return
        meter = self._owner.addressed(message.address)
        self._to_meter(
            meter, client_sap, message.apdu, lambda answer: back(message.answer(answer).to_bytes())
        )

    def _answer_self(self, client_sap: int, apdu: bytes) -> None:
        answer = self._own.receive_apdu(apdu, client_sap, OWN_SAP)
        back = self._replier(client_sap, OWN_SAP)
        for each in (answer, *self._own.further_apdus()):
            if each is not None:
                back(each)

    def _replier(self, client_sap: int, sap: int) -> Callable[[bytes], None]:
        """Callback with an answer to the peer, as long as it is the same connection."""
        generation = self._generation

        def reply(apdu: bytes) -> None:
            if generation == self._generation and self._owner.powered:
                self._write(encode_wpdu(apdu, source=sap, destination=client_sap))

        return reply


# ---- optical port (F8-03)

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
        self._alarm = Timer(env, self._time_out)
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


# ---- ports

_NONCE_OCTETS = 16


class ConcentratorPorts:
    """The ports of one concentrator.

    Args:
        env: the world's environment.
        context: its parts.
        through: the ways to its meters.
        random_octets: gives so many random octets, for nonces.
        alive: whether its processor runs.
        can_speak: whether it can be heard north.
        on_power_lost: called when an answer cost the supply.

    Attributes:
        ports: by name.
        uplink: the conversations with head-ends.
    """

    __slots__ = ("_dlms", "_optical", "ports", "uplink")

    def __init__(
        self,
        env: Environment,
        context: ConcentratorContext,
        through: PassThrough,
        random_octets: Callable[[int], bytes],
        alive: Callable[[], bool],
        can_speak: Callable[[], bool],
        on_power_lost: Callable[[], None],
    ) -> None:
        terms = context.terms
        devices = LogicalDevices([own_device(_device_context(context))])

        def make_own() -> ServerConnection:
            return ServerConnection(devices)

        def make_end() -> UplinkConcentrator:
            nonce = random_octets(_NONCE_OCTETS)
            return UplinkConcentrator(terms.uplink.secret.encode(), terms.ldn, terms.serial, nonce)

        self._dlms = DlmsSessions(context.registry, through, make_own, can_speak)
        self._optical = OpticalSessions(env, make_own, alive)
        self.uplink = UplinkSessions(
            env, UplinkHandlers(context), make_end, can_speak, terms.uplink.push_retry_s, on_power_lost
        )
        self.ports: dict[str, Port] = {
            "dlms": Port(env, "dlms", self._dlms.open),
            "uplink": Port(env, "uplink", self.uplink.open),
            "optical": Port(env, "optical", self._optical.open, baud=BAUD),
        }

    def reset(self) -> None:
        """The power went: every session forgets what it knew; the peers stay attached."""
        for sessions in (self._dlms, self.uplink, self._optical):
            sessions.reset()


def _device_context(context: ConcentratorContext) -> DeviceContext:
    terms = context.terms
    return DeviceContext(
        serial=terms.serial,
        ldn=terms.ldn,
        deviation_minutes=terms.clock.deviation_minutes,
        password=terms.reader_password.encode(),
        utc=context.clock.utc,
        registry=context.registry,
        events=context.events,
        status=context.summary,
    )
