"""What the wire tells: answers, newcomers, who is lost, and what meters say unasked."""

from collections.abc import Callable, Generator
from typing import Any

from simpy import Environment, Event

from protocols.plc.cl432 import Lpdu
from sim.concentrator.assembly import Components
from sim.concentrator.identify import Identifier
from sim.concentrator.plans import Plan, Task
from sim.concentrator.registry import MeterRecord
from sim.concentrator.southbound import is_push
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

Steps = Generator[Event, Any, None]


class WireWatch:
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
        self._identifier = Identifier(
            env, parts.visits, parts.registry, terms, parts.clock.utc_s, self._entered
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
            parts.events.tell("meter-alarm", record.serial, "push")
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
                parts.events.tell("meter-back", record.serial)
        came_back = eui48 in self._gone and record is not None and record.is_registered
        self._gone.discard(eui48)
        if not (came_back and self._identifier.knows(eui48)):
            self._spawn(self._identifier.newcomer(eui48))

    def _lost(self, eui48: bytes) -> None:
        record = self._parts.registry.by_eui48(eui48)
        self._gone.add(eui48)
        if record is not None:
            self._parts.statistics.lost(record.serial)
            self._parts.events.tell("meter-lost", record.serial)

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
            self._parts.events.tell(name, record.serial, record.reason or record.eui48.hex())
