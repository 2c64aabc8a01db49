"""Sessions of the concentrator with its meters.

Keys, invocation counters, and one visit as a single operation.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from simpy import Event

from protocols.dlms.acse import MechanismName
from protocols.dlms.client.association import Lls
from protocols.dlms.client.connection import ClientConnection
from protocols.dlms.security import ClientSecurity, Hls, KeySet, SecuritySuite
from protocols.dlms.security.counters import SendCounter
from protocols.dlms.session import Operation, SessionEngine, SessionTerms
from protocols.dlms.session.drivers import invocation_counter
from protocols.dlms.session.errors import AssociationRefused, ExceptionAnswered
from protocols.plc.cl432 import MAX_DATA_SIZE, LlcClient
from sim.concentrator.errors import UnreachableError
from sim.concentrator.southbound import Southbound, Urgency

# ---- keys and clients

T = TypeVar("T")
Work = Callable[[SessionEngine], Operation[T]]

PUBLIC_SAP = 16
_READER_SAP = 2
_MANAGEMENT_SAP = 1
_METER_SAP = 1
_CHALLENGE_OCTETS = 16


@dataclass(frozen=True, slots=True)
class MeterKeys:
    """Credentials for one meter: a password (LLS) or keys (HLS with GMAC, ciphered).

    Args:
        password: of the reader; never shown. Taken where there are no keys.
        keys: of the meter's security setup; never shown.
        suite: security suite of the keys.
        client_sap: own address; None: 1 with keys, 2 with a password.
    """

    password: bytes | None = field(default=None, repr=False)
    keys: KeySet | None = field(default=None, repr=False)
    suite: SecuritySuite = SecuritySuite.SUITE_0
    client_sap: int | None = None

    @property
    def sap(self) -> int:
        """Own client address."""
        if self.client_sap is not None:
            return self.client_sap
        return _READER_SAP if self.keys is None else _MANAGEMENT_SAP


class MeterKeyStore(Protocol):
    """Keys by the meter's serial; a mapping will do."""

    def get(self, serial: str, /) -> MeterKeys | None:
        """The keys of a meter, None where there are none."""


class MeterClients:
    """Makes the sessions of one concentrator.

    Args:
        title: own system title, 8 octets.
        now_s: device time, s.
        random_octets: gives so many random octets, for challenges.
        terms: how patient sessions are.
    """

    __slots__ = ("_counters", "_now_s", "_random_octets", "_terms", "_title")

    def __init__(
        self,
        title: bytes,
        now_s: Callable[[], float],
        random_octets: Callable[[int], bytes],
        terms: SessionTerms,
    ) -> None:
        self._title = title
        self._now_s = now_s
        self._random_octets = random_octets
        self._terms = terms
        #: (modem, client address) -> counter of our own messages; lost with the power, then asked for again
        self._counters: dict[tuple[bytes, int], SendCounter] = {}

    def forget(self) -> None:
        """The power went."""
        self._counters.clear()

    def public(self) -> SessionEngine:
        """A session of the public client."""
        return self._engine(ClientConnection(client_sap=PUBLIC_SAP, max_pdu=MAX_DATA_SIZE))

    def knows_counter(self, eui48: bytes, keys: MeterKeys) -> bool:
        """True if a session can begin without asking for the invocation counter first."""
        return keys.keys is None or (eui48, keys.sap) in self._counters

    def set_counter(self, eui48: bytes, keys: MeterKeys, last: int) -> None:
        """The meter took counter `last`."""
        self._counters[eui48, keys.sap] = SendCounter(last + 1)

    def forget_counter(self, eui48: bytes) -> None:
        """The meter behind a modem may be another, or somebody else used its keys."""
        for key in [key for key in self._counters if key[0] == eui48]:
            del self._counters[key]

    def trusted(self, eui48: bytes, keys: MeterKeys) -> SessionEngine:
        """A session with keys or password."""
        if keys.keys is None:
            lls = None if keys.password is None else Lls(keys.password)
            return self._engine(
                ClientConnection(client_sap=keys.sap, authentication=lls, max_pdu=MAX_DATA_SIZE)
            )
        security = ClientSecurity(
            client_system_title=self._title,
            keys=keys.keys,
            counter=self._counters[eui48, keys.sap],
            suite=keys.suite,
        )
        hls = Hls(MechanismName.HLS_GMAC, challenge=lambda: self._random_octets(_CHALLENGE_OCTETS))
        client = ClientConnection(
            client_sap=keys.sap, authentication=hls, max_pdu=MAX_DATA_SIZE, security=security
        )
        return self._engine(client)

    def _engine(self, client: ClientConnection) -> SessionEngine:
        framing = LlcClient(client.client_sap, _METER_SAP)
        return SessionEngine(framing, client, self._now_s, terms=replace(self._terms))


def run_session(engine: SessionEngine, work: Work[T]) -> Operation[T]:
    """Associate, work, release. After a failure nothing is released: the next association replaces this one.

    Raises:
        DlmsError: as the association and `work` say.
    """
    yield from engine.connect()
    yield from engine.associate()
    result = yield from work(engine)
    yield from engine.release()
    return result


def last_counter(engine: SessionEngine) -> Operation[int]:
    """The invocation counter that the meter took last, asked for as the public client."""
    return (yield from run_session(engine, invocation_counter))


# ---- sessions at a meter

Steps = Generator[Event, Any, T]


class MeterSessions:
    """Visits of one concentrator.

    Args:
        wire: the wire.
        clients: makes the sessions.
        keys: keys by serial.
    """

    __slots__ = ("_clients", "_keys", "_wire")

    def __init__(self, wire: Southbound, clients: MeterClients, keys: MeterKeyStore) -> None:
        self._wire = wire
        self._clients = clients
        self._keys = keys

    def keys_of(self, serial: str) -> MeterKeys | None:
        """The keys of a meter, None where there are none."""
        return self._keys.get(serial)

    def owes(self, eui48: bytes) -> bool:
        """True if a meter may still answer what was given up: what it then seems to refuse, it may not."""
        return self._wire.owes(eui48)

    def as_public(self, eui48: bytes, work: Work[T], urgency: Urgency) -> Steps[T]:
        """Work at a meter as the public client.

        Raises:
            UnreachableError, DlmsError: as the wire and the session say.
        """
        operation = run_session(self._clients.public(), work)
        return (yield from self._wire.converse(eui48, PUBLIC_SAP, operation, urgency))

    def at(self, eui48: bytes, serial: str, work: Work[T], urgency: Urgency) -> Steps[T]:
        """Work at a meter with its keys.

        Raises:
            UnreachableError: the wire could not carry it, or there are no keys.
            DlmsError: as the session says.
        """
        keys = self._keys.get(serial)
        if keys is None:
            raise UnreachableError("no-keys")
        try:
            return (yield from self._once(eui48, keys, work, urgency))
        except (AssociationRefused, ExceptionAnswered):
            if keys.keys is None:
                raise
        # Somebody else may have used these keys meanwhile: ask for the counter once more.
        self._clients.forget_counter(eui48)
        return (yield from self._once(eui48, keys, work, urgency))

    def _once(self, eui48: bytes, keys: MeterKeys, work: Work[T], urgency: Urgency) -> Steps[T]:
        if not self._clients.knows_counter(eui48, keys):
            operation = last_counter(self._clients.public())
            last = yield from self._wire.converse(eui48, PUBLIC_SAP, operation, urgency)
            self._clients.set_counter(eui48, keys, last)
        operation_there = run_session(self._clients.trusted(eui48, keys), work)
        return (yield from self._wire.converse(eui48, keys.sap, operation_there, urgency))
