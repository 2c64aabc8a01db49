"""Discovery and supervision of meters.

Identity of a newcomer, events of the wire, meters that stay silent.
"""

import json
from collections.abc import Callable, Generator
from typing import Any

from simpy import Environment, Event

from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.errors import DlmsError, SecurityError
from protocols.dlms.session import Operation, SessionEngine
from protocols.dlms.session.errors import AccessRefused, AssociationRefused, ExceptionAnswered, NoAnswer
from protocols.dlms.session.profiles import read_many
from protocols.plc.cl432 import Lpdu
from sim.concentrator.assembly import Components
from sim.concentrator.errors import UnreachableError
from sim.concentrator.meter_sessions import MeterSessions
from sim.concentrator.plans import Plan, Task
from sim.concentrator.registry import Identity, MeterRecord, Reason, Registry
from sim.concentrator.southbound import Urgency, is_push
from sim.concentrator.terms import WireTerms
from sim.kernel.medium import (
    LpduReceived,
    NodeEntry,
    NodeLost,
    NodeRegistered,
    NodeState,
    SendFailed,
    WireEvent,
)

# ---- identity of a newcomer

SERIAL, DRN, LOGICAL_DEVICE_NAME = "0.0.96.1.0", "0.0.96.1.1", "0.0.42.0.0"
_VALUE = 2
#: What says that a meter does not take our keys, or does not have them itself.
_REFUSALS = (AssociationRefused, ExceptionAnswered, SecurityError)
#: What a meter may have on its plate; anything else is no serial.
_SERIAL_SIZE_MAX = 32

#: s in which a second meter behind the same modem may still answer.
_LINGER_S = 5.0

Steps = Generator[Event, Any, None]


class MeterIdentification:
    """Asks newcomers who they are and enters them into the register.

    Args:
        env: the world's environment.
        meter_sessions: how it speaks to them.
        registry: where they are entered.
        terms: how often it asks.
        utc_s: time of the concentrator's clock, s since 1970.
        on_record: told of every meter that was asked, once it is entered, and whether that changed anything.
    """

    __slots__ = (
        "_asked_s",
        "_asking",
        "_env",
        "_meter_sessions",
        "_on_record",
        "_registry",
        "_strays",
        "_terms",
        "_utc_s",
    )

    def __init__(
        self,
        env: Environment,
        meter_sessions: MeterSessions,
        registry: Registry,
        terms: WireTerms,
        utc_s: Callable[[], int],
        on_record: Callable[[MeterRecord, bool], None],
    ) -> None:
        self._env = env
        self._meter_sessions = meter_sessions
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
        """True if a modem was asked so lately that it need not be when it comes back after a silence."""
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
        """True if it could be found out, or that two meters answer at once."""
        try:
            identity = yield from self._meter_sessions.as_public(
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
        """True if our keys open it.

        An answer that came late may pass for one to a question that was asked after it, and then looks like
        a refusal: while one is due, or where what came is no refusal at all, it is asked again.

        Raises:
            UnreachableError, DlmsError: nothing is proved, and this is not the last time that it is asked.
        """
        if self._meter_sessions.keys_of(identity.serial) is None:
            return Reason.NO_KEYS
        doubtful = self._meter_sessions.owes(identity.eui48)
        try:
            yield from self._meter_sessions.at(
                identity.eui48, identity.serial, _nothing, Urgency.REGISTRATION
            )
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


# ---- events of the wire


class WireEvents:
    """Listens to the wire for one concentrator.

    Args:
        env: the world's environment.
        parts: its parts.
        terms: how newcomers are asked.
        spawn: begins a process that ends with the power.
    """

    __slots__ = ("_env", "_gone", "_identifier", "_looking", "_parts", "_spawn")

    def __init__(
        self, env: Environment, parts: Components, terms: WireTerms, spawn: Callable[[Steps], object]
    ) -> None:
        self._env = env
        self._parts = parts
        self._spawn = spawn
        #: modems that the wire gave up, and that have not come back
        self._gone: set[bytes] = set()
        #: meters whose logs are being read because they pushed something
        self._looking: set[str] = set()
        self._identifier = MeterIdentification(
            env, parts.meter_sessions, parts.registry, terms, parts.clock.utc_s, self._entered
        )

    def forget(self) -> None:
        """The power went."""
        self._looking.clear()
        self._gone.clear()

    def catch_up(self, topology: tuple[NodeEntry, ...]) -> None:
        """Ask those who registered while nobody listened."""
        for entry in topology:
            known = self._parts.registry.by_eui48(entry.eui48)
            if entry.state is not NodeState.DISCONNECTED and known is None:
                self._appeared(entry.eui48)

    def told(self, event: WireEvent) -> None:
        """Something happened on the wire."""
        match event:
            case LpduReceived():
                self._parts.wire.received(event)
            case SendFailed():
                self._parts.wire.failed(event)
            case NodeRegistered():
                self._appeared(event.eui48)
            case NodeLost():
                self._lost(event.eui48)

    def stray(self, eui48: bytes, lpdu: Lpdu, *, late: bool) -> None:
        """A meter said something that no exchange waits for: a late answer, a push, or for a client north."""
        pushed = is_push(lpdu)
        if not (pushed or late):
            self._identifier.stray(eui48)
        parts = self._parts
        record = parts.registry.by_eui48(eui48)
        if record is None or not record.is_registered:
            return
        parts.statistics.heard(record.serial, float(self._env.now))
        if not parts.through.unasked(eui48, lpdu) and pushed:
            parts.events.record("meter-alarm", record.serial, "push")
            self._look_into(record)

    def surplus(self, eui48: bytes) -> None:
        """More came from behind a modem than was ever asked for."""
        self._identifier.stray(eui48)

    def _appeared(self, eui48: bytes) -> None:
        parts = self._parts
        parts.clients.forget_counter(eui48)
        record = parts.registry.by_eui48(eui48)
        if record is not None:
            parts.fetcher.forget(record.serial)
            if record.is_registered:
                parts.events.record("meter-back", record.serial)
        came_back = eui48 in self._gone and record is not None and record.is_registered
        self._gone.discard(eui48)
        if not (came_back and self._identifier.knows(eui48)):
            self._spawn(self._identifier.newcomer(eui48))

    def _lost(self, eui48: bytes) -> None:
        record = self._parts.registry.by_eui48(eui48)
        self._gone.add(eui48)
        if record is not None:
            self._parts.statistics.lost(record.serial)
            self._parts.events.record("meter-lost", record.serial)

    def _look_into(self, record: MeterRecord) -> None:
        """Read the logs of a meter that pushed something, once at a time."""
        plans = tuple(plan for plan in self._parts.collector.plans if plan.task is Task.EVENTS)
        if plans and record.serial not in self._looking:
            self._looking.add(record.serial)
            self._spawn(self._read_logs(record, plans))

    def _read_logs(self, record: MeterRecord, plans: tuple[Plan, ...]) -> Steps:
        try:
            yield from self._parts.collector.now(record, plans)
        finally:
            self._looking.discard(record.serial)

    def _entered(self, record: MeterRecord, news: bool) -> None:
        if news:
            name = "meter-added" if record.is_registered else "meter-quarantined"
            self._parts.events.record(name, record.serial, record.reason or record.eui48.hex())


# ---- silent meters

_SILENCE_SLOT = "silent"
#: Longest pause between two looks, s.
_LOOK_S = 3_600.0


class SilenceMonitor:
    """Tells of each registered meter that has been silent for too long.

    Args:
        env: the world's environment.
        parts: of the concentrator.
        limit_s: how long a silence may last (S12 TimeDisconMeter), s.
    """

    __slots__ = ("_env", "_limit_s", "_parts", "_told")

    def __init__(self, env: Environment, parts: Components, limit_s: float) -> None:
        self._env = env
        self._parts = parts
        self._limit_s = limit_s
        self._told: set[str] = set()

    def run(self) -> Steps:
        """Look again whenever the next silence comes to its limit."""
        self._told = set(json.loads(self._parts.memory.get(_SILENCE_SLOT) or "[]"))
        while True:
            yield self._env.timeout(self._look())

    def _look(self) -> float:
        """Tell of those over the limit; seconds until the next look."""
        left_s = _LOOK_S
        told = set()
        for record in self._parts.registry:
            if not record.is_registered:
                continue
            rest_s = self._limit_s - self.silent_s(record)
            if rest_s > 0:
                left_s = min(left_s, rest_s)
                continue
            told.add(record.serial)
            if record.serial not in self._told:
                self._parts.events.record("meter-silent", record.serial, f"{self._limit_s:.0f} s")
        if told != self._told:
            self._told = told
            self._parts.memory.put(_SILENCE_SLOT, json.dumps(sorted(told)))
        return max(1.0, left_s)

    def silent_s(self, record: MeterRecord) -> float:
        """For how long nothing has come from a meter, s; readings count from their instant."""
        parts = self._parts
        at_s = parts.statistics.of(record.serial).last_contact_s
        if at_s is not None:
            return float(self._env.now) - at_s
        newest_s = max(
            (aged.captured_utc_s for aged in parts.latest.of(record.serial, 0).values()), default=0
        )
        return float(parts.clock.utc_s() - max(newest_s, record.since_utc_s))
