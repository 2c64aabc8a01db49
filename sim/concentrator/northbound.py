"""The port "dlms": the wrapper; SAP 1 is the concentrator, every other SAP a meter.

At SAP 1 a gateway header (E6) also leads to a meter, by the EUI-48 of its modem, its serial or its logical
device name; the answer comes back behind E7.
"""

from collections.abc import Callable

from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import ApduReceived
from protocols.dlms.gateway import decode_gateway, is_gateway
from protocols.dlms.server import ServerConnection
from protocols.dlms.services import exceptions
from protocols.dlms.wrapper import WrapperServer, encode_wpdu
from sim.concentrator.own_device import OWN_SAP
from sim.concentrator.pass_through import UNKNOWN, PassThrough
from sim.concentrator.registry import MeterRecord, Registry
from sim.kernel.ports import PortSession, Write


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

    __slots__ = ("_life", "_own", "_owner", "_wrapper", "_write")

    def __init__(self, owner: DlmsSessions, write: Write) -> None:
        self._owner = owner
        self._write = write
        self._life = 0
        self.reset()

    def reset(self) -> None:
        """Forget what was under way."""
        self._life += 1
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
        self._life += 1
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
            back(exceptions.MALFORMED)
            return
        if message.is_answer:
            back(exceptions.MALFORMED)
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
        """What takes an answer to the peer, as long as it is the same peer of the same life."""
        life = self._life

        def reply(apdu: bytes) -> None:
            if life == self._life and self._owner.powered:
                self._write(encode_wpdu(apdu, source=sap, destination=client_sap))

        return reply
