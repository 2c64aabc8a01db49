"""Who a newcomer is: what it tells the public client, and whether our keys open it."""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Environment, Event

from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.errors import DlmsError, SecurityError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.profiles import read_many
from protocols.dlms.session_errors import AccessRefused, AssociationRefused, ExceptionAnswered, NoAnswer
from sim.concentrator.errors import UnreachableError
from sim.concentrator.registry import Identity, MeterRecord, Registry
from sim.concentrator.registry_states import Reason
from sim.concentrator.southbound import Urgency
from sim.concentrator.terms import WireTerms
from sim.concentrator.visits import Visits

SERIAL, DRN, LOGICAL_DEVICE_NAME = "0.0.96.1.0", "0.0.96.1.1", "0.0.42.0.0"
_VALUE = 2
#: What says that a meter does not take our keys, or does not have them itself.
_REFUSALS = (AssociationRefused, ExceptionAnswered, SecurityError)
#: What a meter may have on its plate; anything else is no serial.
_SERIAL_SIZE_MAX = 32

#: s in which a second meter behind the same modem may still answer.
_LINGER_S = 5.0

Steps = Generator[Event, Any, None]


class Identifier:
    """Asks newcomers who they are and enters them into the register.

    Args:
        env: the world's environment.
        visits: how it speaks to them.
        registry: where they are entered.
        terms: how often it asks.
        utc_s: time of the concentrator's clock, s since 1970.
        on_record: told of every meter that was asked, once it is entered, and whether that changed anything.
    """

    __slots__ = (
        "_asked_s",
        "_asking",
        "_env",
        "_on_record",
        "_registry",
        "_strays",
        "_terms",
        "_utc_s",
        "_visits",
    )

    def __init__(
        self,
        env: Environment,
        visits: Visits,
        registry: Registry,
        terms: WireTerms,
        utc_s: Callable[[], int],
        on_record: Callable[[MeterRecord, bool], None],
    ) -> None:
        self._env = env
        self._visits = visits
        self._registry = registry
        self._terms = terms
        self._utc_s = utc_s
        self._on_record = on_record
        self._asking: set[bytes] = set()
        self._strays: set[bytes] = set()
        self._asked_s: dict[bytes, float] = {}

    def stray(self, eui48: bytes) -> None:
        """An answer came that nobody waited for: while a newcomer is asked, a sign of two meters at once."""
        if eui48 in self._asking:
            self._strays.add(eui48)

    def knows(self, eui48: bytes) -> bool:
        """Whether a modem was asked so lately that it need not be when it comes back after a silence."""
        asked_s = self._asked_s.get(eui48)
        return asked_s is not None and float(self._env.now) - asked_s < self._terms.identify_again_s

    def newcomer(self, eui48: bytes) -> Steps:
        """Ask a modem that registered who is behind it, until it says so.

        One that registers again meanwhile, as modems on a bad wire do, is being asked already.
        """
        if eui48 in self._asking:
            return
        self._asking.add(eui48)
        try:
            for tries_left in range(self._terms.identify_retries, -1, -1):
                if (yield from self._ask(eui48, last=not tries_left)):
                    return
                yield self._env.timeout(self._terms.identify_pause_s)
        finally:
            self._asking.discard(eui48)
            self._strays.discard(eui48)

    def _ask(self, eui48: bytes, *, last: bool) -> Generator[Event, Any, bool]:
        """Whether it could be found out, or that two meters answer at once."""
        try:
            identity = yield from self._visits.as_public(
                eui48, lambda engine: _identity(engine, eui48), Urgency.REGISTRATION
            )
            reason = self._registry.suspicion(identity) or (yield from self._proof(identity, last=last))
        except (UnreachableError, DlmsError):
            return self._two_answer(eui48)
        yield self._env.timeout(_LINGER_S)
        if eui48 in self._strays:
            reason = reason or Reason.DUPLICATE_EUI48
        before = self._registry.state_of(identity)
        record = self._registry.enter(identity, reason, self._utc_s())
        self._asked_s[eui48] = float(self._env.now)
        self._on_record(record, before is not record.state)
        return True

    def _two_answer(self, eui48: bytes) -> bool:
        """Nothing came of it; whether that is because two meters spoke at once, of which we know one."""
        record = self._registry.by_eui48(eui48)
        if record is None or not record.is_registered or eui48 not in self._strays:
            return False
        self._on_record(self._registry.suspect(record, Reason.DUPLICATE_EUI48), True)
        return True

    def _proof(self, identity: Identity, *, last: bool) -> Generator[Event, Any, Reason]:
        """Whether our keys open it.

        An answer that came late may pass for one to a question that was asked after it, and then looks like
        a refusal: while one is due, or where what came is no refusal at all, it is asked again.

        Raises:
            UnreachableError, DlmsError: nothing is proved, and this is not the last time that it is asked.
        """
        if self._visits.keys_of(identity.serial) is None:
            return Reason.NO_KEYS
        doubtful = self._visits.owes(identity.eui48)
        try:
            yield from self._visits.at(identity.eui48, identity.serial, _nothing, Urgency.REGISTRATION)
        except NoAnswer:
            raise
        except DlmsError as failure:
            if last or (isinstance(failure, _REFUSALS) and not doubtful):
                return Reason.WRONG_KEYS
            raise
        return Reason.NONE


def _nothing(_engine: SessionEngine) -> Operation[None]:
    """Only associate: both sides prove themselves."""
    return
    yield  # pragma: no cover - makes this an operation


def _identity(engine: SessionEngine, eui48: bytes) -> Operation[Identity]:
    found = yield from read_many(
        engine, [(DataObject, name, _VALUE) for name in (SERIAL, LOGICAL_DEVICE_NAME, DRN)]
    )
    serial, ldn, drn = (_text(item) for item in found)
    if not serial:
        raise AccessRefused(DataAccessResult.OBJECT_UNDEFINED)
    return Identity(eui48, serial[:_SERIAL_SIZE_MAX], ldn, drn)


def _text(found: Data | DataAccessResult) -> str:
    value = found.value if isinstance(found, Data) else ""
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
    return text if text.isprintable() else ""
